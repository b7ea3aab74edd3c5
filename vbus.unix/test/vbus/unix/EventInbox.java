// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.Ioq;
import vbus.shm.IoqDriver;
import vbus.shm.Side;
import vbus.shm.Signal;
import vbus.unix.protocol.EventLayout;

/// A guest's side of an event queue that lends event slots when a test wants it to.
final class EventInbox {

    /// An event. @param number its cookie, handle or id
    record Seen(int event, long number) { }

    final List<Seen> seen = new ArrayList<>();
    final List<MemorySegment> bytes = new ArrayList<>(); // of each, copied
    private final MemorySegment slots;
    private final long address;
    private final int count;
    private final IoqDriver ring;
    private final long[] cookies;
    private final int[] lengths;

    /// @param ring zeroed memory for an IOQ of `count`
    /// @param slots memory for as many event slots, at guest address `address`
    EventInbox(MemorySegment ring, MemorySegment slots, long address, int count, Doorbell poke) {
        MemorySegment ioq = ring.asSlice(0, Ioq.byteSize(count));
        Ioq.format(ioq, count);
        this.slots = slots;
        this.address = address;
        this.count = count;
        this.ring = new IoqDriver(ioq, Direction.FROM_DEVICE, new Signal(Ioq.signal(ioq), Side.NORTH, poke));
        cookies = new long[count];
        lengths = new int[count];
    }

    /// Lends one event slot after the other.
    EventInbox lend(int howMany) {
        for (int i = 0; i < howMany; i++) {
            int next = count - ring.free();
            assertTrue(ring.offer(address + (long) next % count * EventLayout.BYTES, EventLayout.BYTES, next % count));
        }
        ring.publish();
        return this;
    }

    /// Takes what came and lends the slots again; how many came.
    int take() {
        return take(true);
    }

    int take(boolean lend) {
        int n = ring.reap(cookies, lengths);
        assertTrue(n >= 0, "the queue is broken");
        for (int i = 0; i < n; i++) {
            MemorySegment copy = Arena.ofAuto().allocate(EventLayout.BYTES, 8);
            copy.copyFrom(slots.asSlice(cookies[i] * EventLayout.BYTES, EventLayout.BYTES));
            bytes.add(copy);
            seen.add(new Seen(copy.get(EventLayout.INT, EventLayout.EVENT), copy.get(EventLayout.LONG, EventLayout.HANDLE)));
            if (lend) {
                ring.offer(address + cookies[i] * EventLayout.BYTES, EventLayout.BYTES, cookies[i]);
            }
        }
        ring.publish();
        return n;
    }

    /// Waits until that event was seen, lending slots all the while.
    void await(int event, long number) {
        Await.until(() -> "event %d of %d in %s".formatted(event, number, seen), () -> {
            take();
            return seen.contains(new Seen(event, number));
        });
    }

    long count(int event, long number) {
        return seen.stream().filter(new Seen(event, number)::equals).count();
    }

    /// The bytes of the first event of that kind.
    MemorySegment bytesOf(int event) {
        for (int i = 0; i < seen.size(); i++) {
            if (seen.get(i).event() == event) {
                return bytes.get(i);
            }
        }
        throw new AssertionError("no event %d in %s".formatted(event, seen));
    }
}
