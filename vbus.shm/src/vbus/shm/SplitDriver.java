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
import java.util.Arrays;

/// The driver's side of a virtio split virtqueue. @spec virtio 1.2, 2.7
///
/// Descriptors are used in turn: first returned, first used. A ring that is served in order has the same descriptor at the same
/// place in each round then, and what lies there already is not written again: its cache lines stay with both sides. It is also
/// the order that IN_ORDER asks for.
public final class SplitDriver implements DriverRing {

    private static final int NO_BATCH = -1;

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
    private final long[] addresses; // as they lie in the table, the words too
    private final long[] words;
    private final int[] heads; // as they lie in the available ring
    private final long[] cookies;
    private final int[] lent; // of a chain by its first descriptor: the bytes that the device may write
    private final boolean[] out; // the device has this chain
    private final int[] freeIds; // a ring of size entries, from freeAt on and before freeEnd
    private int freeAt;
    private int freeEnd;
    private int availIdx;
    private int shownIdx;
    private int usedIdx;
    private int seen;
    private int batch = NO_BATCH; // in order: the last chain of the batch that is being reaped
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
        addresses = new long[size];
        words = new long[size];
        heads = new int[size];
        cookies = new long[size];
        lent = new int[size];
        out = new boolean[size];
        freeIds = new int[size];
        Arrays.setAll(freeIds, i -> i);
        freeEnd = size;
        table.fill((byte) 0);
        avail.fill((byte) 0);
        used.fill((byte) 0);
    }

    @Override
    public boolean offer(long address, int lengthBytes, long cookie) {
        final int at = freeAt;
        if (at == freeEnd) {
            return false;
        }
        final int id = freeIds[at & mask];
        descriptor(id, address, (writes ? (long) WRITE << 32 : 0) | lengthBytes & 0xffff_ffffL);
        freeAt = at + 1;
        lend(id, writes ? lengthBytes : 0, cookie);
        return true;
    }

    @Override
    public boolean offer(Chain chain, long cookie) {
        final int pieces = chain.pieces();
        if (pieces == 0) {
            throw new IllegalArgumentException("a chain without a piece: want at least 1");
        }
        final boolean indirect = pieces > 1 && pieces <= tables.maxPieces();
        if (free() < (indirect ? 1 : pieces)) {
            return false;
        }
        final int head = freeIds[freeAt & mask];
        if (indirect) {
            for (int i = 0; i < pieces; i++) {
                tables.set(head, i, chain.address(i), word(chain, i, i + 1));
            }
            descriptor(head, tables.address(head), (long) INDIRECT << 32 | IndirectTables.bytes(pieces));
        } else {
            for (int i = 0; i < pieces; i++) {
                final int id = freeIds[freeAt + i & mask];
                descriptor(id, chain.address(i), word(chain, i, freeIds[freeAt + i + 1 & mask]));
            }
        }
        freeAt += indirect ? 1 : pieces;
        lend(head, chain.writableBytes(), cookie);
        return true;
    }

    private static long word(Chain chain, int piece, int behind) {
        final boolean last = piece + 1 == chain.pieces();
        final long flags = (chain.isWritable(piece) ? WRITE : 0) | (last ? 0 : NEXT);
        return (last ? 0 : (long) behind << 48) | flags << 32 | chain.length(piece);
    }

    private void descriptor(int id, long address, long word) {
        if (addresses[id] != address) {
            addresses[id] = address;
            table.set(LONG, (long) id * DESCRIPTOR_BYTES, address);
        }
        if (words[id] != word) {
            words[id] = word;
            table.set(LONG, (long) id * DESCRIPTOR_BYTES + 8, word);
        }
    }

    private void lend(int head, int writableBytes, long cookie) {
        if (cookies[head] != cookie) {
            cookies[head] = cookie;
        }
        if (lent[head] != writableBytes) {
            lent[head] = writableBytes;
        }
        out[head] = true;
        final int place = availIdx & mask;
        if (heads[place] != head) {
            heads[place] = head;
            avail.set(SHORT, RING_AT + 2L * place, (short) head);
        }
        availIdx = availIdx + 1 & 0xffff;
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
    public int reap(long[] reaped, int[] lengthsBytes) {
        if (fault != null) {
            return BROKEN;
        }
        final int limit = Math.min(reaped.length, lengthsBytes.length);
        if ((seen - usedIdx & 0xffff) < limit) { // the device's cache line is left alone while what was seen of it is enough
            final int idx = (short) IDX.getAcquire(used, IDX_AT) & 0xffff; // pairs with the device's release of used.idx
            if ((idx - usedIdx & 0xffff) > (shownIdx - usedIdx & 0xffff)) {
                return broken("used index %d is %d ahead of %d: want at most %d"
                    .formatted(idx, idx - usedIdx & 0xffff, usedIdx, shownIdx - usedIdx & 0xffff));
            }
            seen = idx;
        }
        int n = 0;
        int at = usedIdx;
        int last = batch;
        int lastLength = batchLength;
        while (n < limit && at != seen) {
            int id = last;
            int length = lastLength;
            if (id == NO_BATCH) {
                id = used.get(INT, RING_AT + 8L * (at & mask));
                length = used.get(INT, RING_AT + 8L * (at & mask) + 4);
                if (id < 0 || id > mask || !out[id] || length < 0 || length > lent[id]) {
                    return broken(id, length);
                }
            }
            if (inOrder) {
                final int head = heads[at & mask];
                last = head == id ? NO_BATCH : id;
                lastLength = length;
                if (head != id) {
                    length = lent[head]; // all of it was used, says the batch
                    id = head;
                }
            }
            reaped[n] = cookies[id];
            lengthsBytes[n++] = length;
            giveBack(id);
            at = at + 1 & 0xffff;
        }
        usedIdx = at;
        batch = last;
        batchLength = lastLength;
        if (batch != NO_BATCH && usedIdx == seen) {
            return broken("used element %d is not among the %d chains before used index %d".formatted(batch, n, seen));
        }
        return n;
    }

    private void giveBack(int head) {
        out[head] = false;
        int id = head;
        while ((words[id] & (long) NEXT << 32) != 0) {
            free(id);
            id = (int) (words[id] >>> 48);
        }
        free(id);
    }

    private void free(int id) {
        final int place = freeEnd++ & mask;
        if (freeIds[place] != id) {
            freeIds[place] = id;
        }
    }

    private int broken(int id, int length) {
        if (id < 0 || id > mask || !out[id]) {
            return broken("used id %d: want one of a chain that the device has".formatted(id & 0xffff_ffffL));
        }
        return broken("used id %d with %d bytes: want at most %d".formatted(id, length & 0xffff_ffffL, lent[id]));
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
        return freeEnd - freeAt;
    }

    @Override
    public String fault() {
        return fault;
    }
}
