// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/// The guest's hand on a packed virtqueue: writes whatever it wants.
final class PackedGuest {

    static final int NEXT = 1;
    static final int WRITE = 2;
    static final int INDIRECT = 4;
    static final int AVAIL = 0x80;
    static final int USED = 0x8000;

    final PackedQueue queue;

    PackedGuest(Arena arena, int size) {
        queue = PackedQueue.in(arena.allocate(PackedQueue.byteSize(size), 16), size);
    }

    void descriptor(int place, long address, int length, int id, int flags) {
        final long at = 16L * place;
        queue.ring().set(ValueLayout.JAVA_LONG, at, address);
        queue.ring().set(PackedLayout.INT, at + 8, length);
        queue.ring().set(SplitLayout.SHORT, at + 12, (short) id);
        queue.ring().set(SplitLayout.SHORT, at + 14, (short) flags);
    }

    /// Writes an available descriptor of the first round.
    void offer(int place, long address, int length, int id, int flags) {
        descriptor(place, address, length, id, flags | AVAIL);
    }

    void driverEvent(int position, int flags) {
        queue.driverEvent().set(PackedLayout.INT, 0, flags << 16 | position);
    }

    int flags(int place) {
        return queue.ring().get(SplitLayout.SHORT, 16L * place + 14) & 0xffff;
    }

    int id(int place) {
        return queue.ring().get(SplitLayout.SHORT, 16L * place + 12) & 0xffff;
    }

    int length(int place) {
        return queue.ring().get(PackedLayout.INT, 16L * place + 8);
    }
}
