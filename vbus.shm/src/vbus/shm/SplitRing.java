// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static vbus.shm.SplitLayout.DESCRIPTOR_BYTES;
import static vbus.shm.SplitLayout.FLAGS_AT;
import static vbus.shm.SplitLayout.IDX;
import static vbus.shm.SplitLayout.IDX_AT;
import static vbus.shm.SplitLayout.INDIRECT;
import static vbus.shm.SplitLayout.INT;
import static vbus.shm.SplitLayout.LONG;
import static vbus.shm.SplitLayout.NEXT;
import static vbus.shm.SplitLayout.RING_AT;
import static vbus.shm.SplitLayout.SHORT;
import static vbus.shm.SplitLayout.WRITE;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// The device's side of a virtio split virtqueue.
///
/// Every descriptor is read once; ids, lengths, flags and the length of a chain are checked before use. Completions may be out of
/// order. @spec virtio 1.2, 2.7
public final class SplitRing implements Ring {

    private static final short NO_NOTIFY = 1;
    private static final int NO_INTERRUPT = 1;

    private final MemorySegment table;
    private final MemorySegment avail;
    private final MemorySegment used;
    private final GuestMemory memory;
    private final int size;
    private final int mask;
    private volatile Doorbell guest;
    private int next;
    private int usedIdx;
    private int completed;
    private long notified;
    private String fault;

    /// Serves `queue` from available index `position` on; descriptors point into `memory`, `guest` interrupts the driver.
    public SplitRing(SplitQueue queue, GuestMemory memory, int position, Doorbell guest) {
        table = queue.table();
        avail = queue.avail();
        used = queue.used();
        size = queue.size();
        mask = size - 1;
        this.memory = memory;
        this.guest = guest;
        next = position & 0xffff;
        usedIdx = used.get(SHORT, IDX_AT) & 0xffff;
        unwatch();
    }

    /// Replaces the doorbell of a running ring.
    public void guest(Doorbell doorbell) {
        guest = doorbell;
    }

    @Override
    public int take(Burst burst, int max) {
        burst.clear();
        if (fault != null) {
            return BROKEN;
        }
        final int idx = (short) IDX.getAcquire(avail, IDX_AT) & 0xffff; // pairs with the driver's release of avail.idx
        final int waiting = idx - next & 0xffff;
        if (waiting > size) {
            return broken("available index %d is %d ahead of %d: want at most %d".formatted(idx, waiting, next, size));
        }
        final Region[] regions = memory.table();
        final int limit = Math.min(Math.min(max, burst.maxChains()), waiting);
        int n = 0;
        while (n < limit) {
            final int id = avail.get(SHORT, RING_AT + 2L * (next & mask)) & 0xffff;
            final String wrong = chain(burst, regions, id);
            if (wrong == Pieces.NO_ROOM && n > 0) {
                burst.abandon();
                break;
            }
            if (wrong != null) {
                return broken(wrong == Pieces.NO_ROOM ? "chain %d has more pieces than the device takes".formatted(id) : wrong);
            }
            burst.close(id);
            next = next + 1 & 0xffff;
            n++;
        }
        return n;
    }

    /// Follows a chain; null when all of it was added.
    private String chain(Burst burst, Region[] regions, int head) {
        int id = head;
        boolean writing = false;
        for (int steps = 0; ; steps++) {
            if (id >= size || steps == size) { // a chain that is longer than the table goes in a circle
                return "chain %d: descriptor id %d after %d steps: want an id below %d and at most %d steps"
                    .formatted(head, id, steps, size, size);
            }
            final long address = table.get(LONG, (long) id * DESCRIPTOR_BYTES);
            final long word = table.get(LONG, (long) id * DESCRIPTOR_BYTES + 8); // length, flags and next, read at once
            final int length = (int) word;
            final int flags = (int) (word >>> 32) & 0xffff;
            if (length < 0 || (flags & INDIRECT) != 0 || writing && (flags & WRITE) == 0) {
                return "chain %d: descriptor %d has length %d flags 0x%x: want at most 2^31-1 bytes, not indirect, readable first"
                    .formatted(head, id, length & 0xffffffffL, flags);
            }
            writing = (flags & WRITE) != 0;
            final String wrong = Pieces.add(burst, regions, address, length, writing);
            if (wrong != null) {
                return wrong == Pieces.NO_ROOM ? wrong : "chain %d: descriptor %d: %s".formatted(head, id, wrong);
            }
            if ((flags & NEXT) == 0) {
                return null;
            }
            id = (int) (word >>> 48);
        }
    }

    @Override
    public void untake(int chains) {
        next = next - chains & 0xffff;
    }

    @Override
    public void complete(Burst burst, int chain, int writtenBytes) {
        final long at = RING_AT + 8L * (usedIdx + completed++ & mask);
        used.set(INT, at, burst.token(chain));
        used.set(INT, at + 4, writtenBytes);
    }

    @Override
    public void publish() {
        if (completed == 0) {
            return;
        }
        usedIdx = usedIdx + completed & 0xffff;
        completed = 0;
        IDX.setRelease(used, IDX_AT, (short) usedIdx); // pairs with the driver's acquire of used.idx
        VarHandle.fullFence(); // the driver clears NO_INTERRUPT, then looks at used.idx
        if ((avail.get(SHORT, FLAGS_AT) & NO_INTERRUPT) == 0) {
            notified++;
            guest.ring();
        }
    }

    @Override
    public boolean watch() {
        used.set(SHORT, FLAGS_AT, (short) 0);
        VarHandle.fullFence(); // the driver moves avail.idx, then looks at NO_NOTIFY
        return fault == null && ((short) IDX.getAcquire(avail, IDX_AT) & 0xffff) != next;
    }

    @Override
    public void unwatch() {
        used.set(SHORT, FLAGS_AT, NO_NOTIFY);
    }

    private int broken(String reason) {
        fault = reason;
        return BROKEN;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean ordered() {
        return false;
    }

    @Override
    public int position() {
        return next;
    }

    @Override
    public String fault() {
        return fault;
    }

    @Override
    public long notified() {
        return notified;
    }
}
