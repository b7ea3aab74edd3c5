// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static vbus.shm.SplitLayout.FLAGS_AT;
import static vbus.shm.SplitLayout.IDX;
import static vbus.shm.SplitLayout.IDX_AT;
import static vbus.shm.SplitLayout.INDIRECT;
import static vbus.shm.SplitLayout.INT;
import static vbus.shm.SplitLayout.NEXT;
import static vbus.shm.SplitLayout.RING_AT;
import static vbus.shm.SplitLayout.SHORT;
import static vbus.shm.SplitLayout.WRITE;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// The driver's side of a virtio split virtqueue. @spec virtio 1.2, 2.7
public final class SplitDriver extends Apart implements DriverRing {

    private final MemorySegment table;
    private final MemorySegment avail;
    private final MemorySegment used;
    private final int size;
    private final int mask;
    private final boolean writes;
    private final boolean eventIndex;
    private final boolean inOrder;
    private final IndirectTables tables;
    private final Doorbell device;
    private final SplitLoans loans;
    private int availIdx;
    private int shownIdx;
    private int usedIdx;
    private int seen;
    private int batchEnd; // in order: where the batch that is being reaped ends, or usedIdx
    private int batchLength;
    private String fault;

    /// Drives `queue`, which is cleared; `device` kicks the device.
    public SplitDriver(SplitQueue queue, RingFeatures features, IndirectTables tables, Direction direction, Doorbell device) {
        table = queue.table();
        avail = queue.avail();
        used = queue.used();
        size = queue.size();
        mask = size - 1;
        writes = direction == Direction.FROM_DEVICE;
        eventIndex = features.eventIndex();
        inOrder = features.inOrder();
        tables.check(size);
        this.tables = features.indirect() ? tables : IndirectTables.NONE;
        this.device = device;
        loans = new SplitLoans(queue, inOrder);
        table.fill((byte) 0);
        avail.fill((byte) 0);
        used.fill((byte) 0);
    }

    @Override
    public boolean offer(long address, int lengthBytes, long cookie) {
        if (loans.free() == 0) {
            return false;
        }
        loans.descriptor(loans.next(0), address, (writes ? (long) WRITE << 32 : 0) | lengthBytes & 0xffff_ffffL);
        loans.lend(availIdx & mask, 1, writes ? lengthBytes : 0, cookie);
        availIdx = availIdx + 1 & 0xffff;
        return true;
    }

    @Override
    public boolean offer(Chain chain, long cookie) {
        final int pieces = chain.pieces();
        if (pieces == 0) {
            throw new IllegalArgumentException("a chain without a piece: want at least 1");
        }
        final boolean indirect = pieces > 1 && pieces <= tables.maxPieces();
        final int descriptors = indirect ? 1 : pieces;
        if (loans.free() < descriptors) {
            return false;
        }
        final int head = loans.next(0);
        if (indirect) {
            for (int i = 0; i < pieces; i++) {
                tables.set(head, i, chain.address(i), word(chain, i, i + 1));
            }
            loans.descriptor(head, tables.address(head), (long) INDIRECT << 32 | IndirectTables.bytes(pieces));
        } else {
            for (int i = 0; i < pieces; i++) {
                loans.descriptor(loans.next(i), chain.address(i), word(chain, i, i + 1 < pieces ? loans.next(i + 1) : 0));
            }
        }
        loans.lend(availIdx & mask, descriptors, chain.writableBytes(), cookie);
        availIdx = availIdx + 1 & 0xffff;
        return true;
    }

    private static long word(Chain chain, int piece, int behind) {
        final boolean last = piece + 1 == chain.pieces();
        final long flags = (chain.isWritable(piece) ? WRITE : 0) | (last ? 0 : NEXT);
        return (last ? 0 : (long) behind << 48) | flags << 32 | chain.length(piece);
    }

    @Override
    public void publish() {
        final int old = shownIdx;
        final int now = availIdx;
        if (old == now) {
            return;
        }
        shownIdx = now;
        SplitLayout.show(avail, now); // pairs with the device's acquire of avail.idx
        if (device == Doorbell.NONE) {
            return; // the device polls: no fence, which would wait for every store of the burst
        }
        VarHandle.fullFence(); // the device says that it wants to be kicked, then looks at avail.idx
        if (eventIndex ? SplitLayout.passes(used.get(SHORT, SplitLayout.availEvent(size)) & 0xffff, old, now)
            : (used.get(SHORT, FLAGS_AT) & 1) == 0) {
            device.ring();
        }
    }

    @Override
    public int again(int most) {
        final int n = inOrder ? loans.again(most) : 0;
        availIdx = availIdx + n & 0xffff;
        return n;
    }

    @Override
    public int reap(long[] cookies, int[] lengthsBytes) {
        return reap(cookies, lengthsBytes, Math.min(cookies.length, lengthsBytes.length));
    }

    @Override
    public int reap(int most) {
        return reap(null, null, most);
    }

    private int reap(long[] cookies, int[] lengthsBytes, int limit) {
        if (fault != null) {
            return BROKEN;
        }
        if ((seen - usedIdx & 0xffff) < limit) { // the device's cache line is left alone while what was seen of it is enough
            final int idx = (short) IDX.getAcquire(used, IDX_AT) & 0xffff; // pairs with the device's release of used.idx
            if ((idx - usedIdx & 0xffff) > (shownIdx - usedIdx & 0xffff)) {
                return broken("used index %d is %d ahead of %d: want at most %d"
                    .formatted(idx, idx - usedIdx & 0xffff, usedIdx, shownIdx - usedIdx & 0xffff));
            }
            seen = idx;
        }
        return inOrder ? reapInOrder(cookies, lengthsBytes, limit) : reapAnyOrder(cookies, lengthsBytes, limit);
    }

    private int reapAnyOrder(long[] cookies, int[] lengthsBytes, int limit) {
        int n = 0;
        int at = usedIdx;
        for (; n < limit && at != seen; at = at + 1 & 0xffff) {
            final int id = used.get(INT, RING_AT + 8L * (at & mask));
            final int length = used.get(INT, RING_AT + 8L * (at & mask) + 4);
            if (!loans.isLent(id) || length < 0 || length > loans.writableBytes(id)) {
                return broken(id, length);
            }
            if (cookies != null) {
                cookies[n] = loans.cookie(id);
                lengthsBytes[n] = length;
            }
            n++;
            loans.giveBack(id);
        }
        usedIdx = at;
        return n;
    }

    /// One used element stands for all chains up to its own; those before it were used whole. Where the device can write nothing,
    /// the used index says it all, and the elements are not looked at.
    private int reapInOrder(long[] cookies, int[] lengthsBytes, int limit) {
        int n = 0;
        while (n < limit && usedIdx != seen) {
            if (usedIdx == batchEnd && !openBatch()) {
                return BROKEN;
            }
            final int chains = Math.min(limit - n, batchEnd - usedIdx & 0xffff);
            loans.giveBack(usedIdx, chains, cookies, lengthsBytes, n);
            n += chains;
            usedIdx = usedIdx + chains & 0xffff;
            if (usedIdx == batchEnd && lengthsBytes != null) {
                lengthsBytes[n - 1] = batchLength;
            }
        }
        return n;
    }

    private boolean openBatch() {
        if (loans.readableOnly()) {
            batchEnd = seen;
            batchLength = 0;
            return true;
        }
        final int id = used.get(INT, RING_AT + 8L * (usedIdx & mask));
        final int length = used.get(INT, RING_AT + 8L * (usedIdx & mask) + 4);
        final int place = loans.isLent(id) ? loans.place(id) : 0;
        final int chains = (place - usedIdx & mask) + 1;
        if (!loans.isLent(id) || loans.head(place) != id || chains > (shownIdx - usedIdx & 0xffff)) {
            broken("used id %d: want one of a chain that the device has".formatted(id & 0xffff_ffffL));
            return false;
        }
        if (length < 0 || length > loans.writableBytes(id)) {
            broken(id, length);
            return false;
        }
        if (chains > (seen - usedIdx & 0xffff)) {
            broken("used element %d is not among the %d chains before used index %d".formatted(id, seen - usedIdx & 0xffff, seen));
            return false;
        }
        batchEnd = usedIdx + chains & 0xffff;
        batchLength = length;
        return true;
    }

    private int broken(int id, int length) {
        if (!loans.isLent(id)) {
            return broken("used id %d: want one of a chain that the device has".formatted(id & 0xffff_ffffL));
        }
        return broken("used id %d with %d bytes: want at most %d".formatted(id, length & 0xffff_ffffL, loans.writableBytes(id)));
    }

    private int broken(String reason) {
        fault = reason;
        return BROKEN;
    }

    @Override
    public boolean watch() {
        if (eventIndex) {
            avail.set(SHORT, SplitLayout.usedEvent(size), (short) usedIdx);
        } else {
            avail.set(SHORT, FLAGS_AT, (short) 0);
        }
        VarHandle.fullFence(); // the device moves used.idx, then looks at NO_INTERRUPT or used_event
        return (short) IDX.getAcquire(used, IDX_AT) != (short) usedIdx;
    }

    @Override
    public void unwatch() {
        if (eventIndex) {
            avail.set(SHORT, SplitLayout.usedEvent(size), (short) (usedIdx - 1)); // passed: the index comes here after 65 535 more
        } else {
            avail.set(SHORT, FLAGS_AT, (short) 1);
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int free() {
        return loans.free();
    }

    @Override
    public String fault() {
        return fault;
    }
}
