// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static vbus.shm.PackedLayout.ADDRESS;
import static vbus.shm.PackedLayout.DESC;
import static vbus.shm.PackedLayout.DISABLE;
import static vbus.shm.PackedLayout.EVENT;
import static vbus.shm.PackedLayout.INDIRECT;
import static vbus.shm.PackedLayout.LONG;
import static vbus.shm.PackedLayout.NEXT;
import static vbus.shm.PackedLayout.ROUND;
import static vbus.shm.PackedLayout.WORD;
import static vbus.shm.PackedLayout.WORDS;
import static vbus.shm.PackedLayout.WRAP;
import static vbus.shm.PackedLayout.WRITE;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// The driver's side of a virtio packed virtqueue. @spec virtio 1.2, 2.8
///
/// Descriptors are written as they are offered, but for the first since the last `publish`, which hides those behind it.
/// Buffer ids are used in turn: first returned, first used.
public final class PackedDriver extends Apart implements DriverRing {

    private static final int NO_BATCH = -1;

    private final MemorySegment ring;
    private final MemorySegment driverEvent;
    private final MemorySegment deviceEvent;
    private final int size;
    private final int mask; // of rings of ids, whose size is a power of two
    private final boolean writes;
    private final boolean eventIndex;
    private final boolean inOrder;
    private final IndirectTables tables;
    private final Doorbell device;
    private final long[] cookies; // all by buffer id
    private final int[] lent; // bytes that the device may write
    private final int[] counts; // of descriptors
    private final boolean[] out; // the device has this chain
    private final int[] order; // ids in the order of their chains: outstanding ones from reaped on and before offered
    private final int[] freeIds; // from freeAt on
    private int freeAt;
    private int freeEnd;
    private int free; // descriptors
    private int next = WRAP;
    private int shown = WRAP;
    private long shownWord; // what will show the descriptor at `shown`, and those behind it
    private int used = WRAP;
    private int offered;
    private int shownOffers;
    private int reaped;
    private int batch = NO_BATCH; // in order: the last chain of the batch that is being reaped
    private int batchLength;
    private String fault;

    /// Drives `queue`, which is cleared; `device` kicks the device.
    public PackedDriver(PackedQueue queue, RingFeatures features, IndirectTables tables, Direction direction, Doorbell device) {
        ring = queue.ring();
        driverEvent = queue.driverEvent();
        deviceEvent = queue.deviceEvent();
        size = queue.size();
        final int places = Integer.highestOneBit(2 * size - 1);
        mask = places - 1;
        writes = direction == Direction.FROM_DEVICE;
        eventIndex = features.eventIndex();
        inOrder = features.inOrder();
        tables.check(size);
        this.tables = features.indirect() ? tables : IndirectTables.NONE;
        this.device = device;
        cookies = new long[size];
        lent = new int[size];
        counts = new int[size];
        out = new boolean[size];
        order = new int[places];
        freeIds = new int[places];
        Arrays.setAll(freeIds, i -> i);
        free = freeEnd = size;
        ring.fill((byte) 0);
        driverEvent.fill((byte) 0);
        deviceEvent.fill((byte) 0);
    }

    @Override
    public boolean offer(long address, int lengthBytes, long cookie) {
        if (free == 0) {
            return false;
        }
        final int id = freeIds[freeAt & mask];
        descriptor(address, lengthBytes, id, writes ? WRITE : 0);
        lend(id, 1, writes ? lengthBytes : 0, cookie);
        return true;
    }

    @Override
    public boolean offer(Chain chain, long cookie) {
        final int pieces = chain.pieces();
        if (pieces == 0) {
            throw new IllegalArgumentException("a chain without a piece: want at least 1");
        }
        final boolean indirect = pieces > 1 && pieces <= tables.maxPieces();
        if (free < (indirect ? 1 : pieces)) {
            return false;
        }
        final int id = freeIds[freeAt & mask];
        for (int i = 0; i < pieces; i++) {
            final int flags = chain.isWritable(i) ? WRITE : 0;
            if (indirect) {
                tables.set(id, i, chain.address(i), PackedLayout.word(chain.length(i), 0, flags));
            } else {
                descriptor(chain.address(i), chain.length(i), id, i + 1 < pieces ? flags | NEXT : flags);
            }
        }
        if (indirect) {
            descriptor(tables.address(id), IndirectTables.bytes(pieces), id, INDIRECT);
        }
        lend(id, indirect ? 1 : pieces, chain.writableBytes(), cookie);
        return true;
    }

    private void descriptor(long address, int length, int id, int flags) {
        final int at = next;
        final long word = PackedLayout.word(length, id, flags | PackedLayout.available(at));
        ring.set(LONG, PackedLayout.at(at) + ADDRESS, address);
        if (at == shown) {
            shownWord = word;
        } else {
            ring.set(LONG, PackedLayout.at(at) + WORD, word);
        }
        next = PackedLayout.advance(at, 1, size);
    }

    private void lend(int id, int descriptors, int writableBytes, long cookie) {
        freeAt++;
        free -= descriptors;
        cookies[id] = cookie;
        lent[id] = writableBytes;
        counts[id] = descriptors;
        out[id] = true;
        order[offered++ & mask] = id;
    }

    @Override
    public void publish() {
        if (offered == shownOffers) {
            return;
        }
        final int old = shown;
        final int now = next;
        WORDS.setRelease(ring, PackedLayout.at(old) + WORD, shownWord); // pairs with the device's acquire of it
        shown = now;
        shownOffers = offered;
        if (device == Doorbell.NONE) {
            return; // the device polls: no fence, which would wait for every store of the burst
        }
        VarHandle.fullFence(); // the device says that it wants to be kicked, then looks at the descriptor
        final int event = (int) EVENT.getOpaque(deviceEvent, 0L);
        final int flags = event >>> 16 & 3;
        if (flags != DISABLE && (flags != DESC || !eventIndex || PackedLayout.passes(event & 0xffff, old, now, size))) {
            device.ring();
        }
    }

    @Override
    public int reap(long[] reapedCookies, int[] lengthsBytes) {
        return reap(reapedCookies, lengthsBytes, Math.min(reapedCookies.length, lengthsBytes.length));
    }

    @Override
    public int reap(int most) {
        return reap(null, null, most);
    }

    private int reap(long[] reapedCookies, int[] lengthsBytes, int limit) {
        if (fault != null) {
            return BROKEN;
        }
        int n = 0;
        while (n < limit && reaped != shownOffers) {
            int id = batch;
            int length = batchLength;
            if (id == NO_BATCH) {
                final long word = (long) WORDS.getAcquire(ring, PackedLayout.at(used) + WORD); // pairs with the device's release of it
                if ((PackedLayout.flags(word) & ROUND) != PackedLayout.used(used)) {
                    break;
                }
                id = PackedLayout.id(word);
                length = (PackedLayout.flags(word) & WRITE) != 0 ? (int) word : 0;
                if (id >= size || !out[id] || length < 0 || length > lent[id]) {
                    return broken(id, length);
                }
            }
            if (inOrder) {
                final int first = order[reaped & mask];
                batch = first == id ? NO_BATCH : id;
                batchLength = length;
                if (first != id) {
                    length = lent[first]; // all of it was used, says the batch
                    id = first;
                }
            }
            if (reapedCookies != null) {
                reapedCookies[n] = cookies[id];
                lengthsBytes[n] = length;
            }
            n++;
            giveBack(id);
        }
        if (batch != NO_BATCH && reaped == shownOffers) {
            return broken("used id %d is not among the chains that the device has".formatted(batch));
        }
        return n;
    }

    private void giveBack(int id) {
        out[id] = false;
        free += counts[id];
        used = PackedLayout.advance(used, counts[id], size);
        freeIds[freeEnd++ & mask] = id;
        reaped++;
    }

    private int broken(int id, int length) {
        return broken(id >= size || !out[id] ? "used id %d: want one of a chain that the device has".formatted(id)
            : "used id %d with %d bytes: want at most %d".formatted(id, length & 0xffff_ffffL, lent[id]));
    }

    private int broken(String reason) {
        fault = reason;
        return BROKEN;
    }

    @Override
    public boolean watch() {
        EVENT.setOpaque(driverEvent, 0L, eventIndex ? DESC << 16 | used : PackedLayout.ENABLE << 16);
        VarHandle.fullFence(); // the device writes a used descriptor, then looks at the event suppression
        return batch != NO_BATCH || reaped != shownOffers
            && (PackedLayout.flags((long) WORDS.getAcquire(ring, PackedLayout.at(used) + WORD)) & ROUND) == PackedLayout.used(used);
    }

    @Override
    public void unwatch() {
        EVENT.setOpaque(driverEvent, 0L, DISABLE << 16);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int free() {
        return free;
    }

    @Override
    public String fault() {
        return fault;
    }
}
