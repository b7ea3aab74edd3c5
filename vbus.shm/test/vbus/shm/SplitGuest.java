// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/// The guest's hand on a split virtqueue: writes whatever it wants.
final class SplitGuest {

    static final int NEXT = 1;
    static final int WRITE = 2;
    static final int INDIRECT = 4;

    final SplitQueue queue;
    private int idx;

    SplitGuest(Arena arena, int size) {
        queue = SplitQueue.in(arena.allocate(SplitQueue.byteSize(size), 16), size);
    }

    /// A guest that begins at this index, as after a reset with a position.
    void beginAt(int index) {
        queue.avail().set(SplitLayout.SHORT, 2, (short) index);
        queue.used().set(SplitLayout.SHORT, 2, (short) index);
        idx = index;
    }

    void descriptor(int id, long address, int length, int flags, int next) {
        final long at = 16L * id;
        queue.table().set(ValueLayout.JAVA_LONG, at, address);
        queue.table().set(SplitLayout.INT, at + 8, length);
        queue.table().set(SplitLayout.SHORT, at + 12, (short) flags);
        queue.table().set(SplitLayout.SHORT, at + 14, (short) next);
    }

    /// Makes the chain that begins at this descriptor available.
    void offer(int id) {
        queue.avail().set(SplitLayout.SHORT, 4 + 2L * (idx % queue.size()), (short) id);
        idx = idx + 1 & 0xffff;
        avail(idx);
    }

    void avail(int index) {
        queue.avail().set(SplitLayout.SHORT, 2, (short) index);
    }

    void noInterrupt(boolean set) {
        queue.avail().set(SplitLayout.SHORT, 0, (short) (set ? 1 : 0));
    }

    boolean noNotify() {
        return queue.used().get(SplitLayout.SHORT, 0) == 1;
    }

    int used() {
        return queue.used().get(SplitLayout.SHORT, 2) & 0xffff;
    }

    int usedId(int index) {
        return queue.used().get(SplitLayout.INT, 4 + 8L * (index % queue.size()));
    }

    int usedLength(int index) {
        return queue.used().get(SplitLayout.INT, 8 + 8L * (index % queue.size()));
    }
}
