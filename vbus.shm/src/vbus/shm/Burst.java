// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A reusable cursor over the chains that a device took from a ring: who holds it allocates nothing per element.
///
/// ```
///  chain 0: [readable piece][readable piece][writable piece]     a piece = (segment, offset, length)
///  chain 1: [writable piece]                                     offsets below count from the chain's first
///  ...                                                           readable, or first writable, byte
/// ```
/// Units: bytes. Every piece was checked against the guest's memory when it was taken and is not read again from the ring;
/// the bytes behind it still belong to the guest, who may change them at any time: read a field once and use the copy.
/// Errors: IndexOutOfBoundsException when a range is not inside the chain.
/// Ownership: the device's; its segments are valid until the burst ends, so do not hold one across a call that blocks.
/// Threads: one at a time.
public final class Burst {

    private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();
    private static final ValueLayout.OfLong BIG_ENDIAN = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final int[] token;
    private final int[] first;
    private final int[] firstWritable;
    private final MemorySegment[] segment;
    private final long[] offset;
    private final int[] length;
    private int chains;
    private int pieces;
    private boolean anyWritable;
    private int fetched;

    /// A burst of up to `maxChains` chains with `maxPieces` pieces in all: a chain with more pieces than that is refused.
    public Burst(int maxChains, int maxPieces) {
        token = new int[maxChains];
        first = new int[maxChains + 1];
        firstWritable = new int[maxChains];
        segment = new MemorySegment[maxPieces];
        offset = new long[maxPieces];
        length = new int[maxPieces];
    }

    /// Number of chains.
    public int chains() {
        return chains;
    }

    /// Bytes that the guest wrote for the device.
    public long readable(int chain) {
        return sum(first[chain], firstWritable[chain]);
    }

    /// Bytes that the device may write.
    public long writable(int chain) {
        return sum(firstWritable[chain], first[chain + 1]);
    }

    private long sum(int from, int to) {
        long bytes = 0;
        for (int p = from; p < to; p++) {
            bytes += length[p];
        }
        return bytes;
    }

    /// Eight bytes as one big-endian number, read once.
    public long readLong(int chain, long at) {
        final int p = first[chain];
        if (p < firstWritable[chain] && at >= 0 && at <= length[p] - 8) {
            return segment[p].get(BIG_ENDIAN, offset[p] + at);
        }
        check(at, 8, readable(chain));
        long value = 0;
        for (int i = 0; i < 8; i++) {
            long in = at + i;
            int q = p;
            while (in >= length[q]) {
                in -= length[q++];
            }
            value = value << 8 | segment[q].get(ValueLayout.JAVA_BYTE, offset[q] + in) & 0xff;
        }
        return value;
    }

    /// Copies out of the readable part.
    public void read(int chain, long at, MemorySegment to, long toOffset, long bytes) {
        int p = first[chain];
        if (p < firstWritable[chain] && at >= 0 && bytes >= 0 && bytes <= length[p] - at) { // most chains: one piece
            MemorySegment.copy(segment[p], offset[p] + at, to, toOffset, bytes);
            return;
        }
        check(at, bytes, readable(chain));
        while (bytes > 0) {
            if (at >= length[p]) {
                at -= length[p++];
                continue;
            }
            long n = Math.min(bytes, length[p] - at);
            MemorySegment.copy(segment[p], offset[p] + at, to, toOffset, n);
            at += n;
            toOffset += n;
            bytes -= n;
        }
    }

    /// Copies into the writable part.
    public void write(int chain, long at, MemorySegment from, long fromOffset, long bytes) {
        int p = firstWritable[chain];
        if (p < first[chain + 1] && at >= 0 && bytes >= 0 && bytes <= length[p] - at) {
            MemorySegment.copy(from, fromOffset, segment[p], offset[p] + at, bytes);
            return;
        }
        check(at, bytes, writable(chain));
        while (bytes > 0) {
            if (at >= length[p]) {
                at -= length[p++];
                continue;
            }
            long n = Math.min(bytes, length[p] - at);
            MemorySegment.copy(from, fromOffset, segment[p], offset[p] + at, n);
            at += n;
            fromOffset += n;
            bytes -= n;
        }
    }

    /// Copies from one guest's chain to another's, once.
    public void copyTo(int chain, long at, Burst to, int toChain, long toAt, long bytes) {
        check(at, bytes, readable(chain));
        int p = first[chain];
        while (bytes > 0) {
            if (at >= length[p]) {
                at -= length[p++];
                continue;
            }
            long n = Math.min(bytes, length[p] - at);
            to.write(toChain, toAt, segment[p], offset[p] + at, n);
            at += n;
            toAt += n;
            bytes -= n;
        }
    }

    private static void check(long at, long bytes, long available) {
        if (at < 0 || bytes < 0 || bytes > available - at) {
            throw new IndexOutOfBoundsException("%d bytes at %d of a chain of %d bytes".formatted(bytes, at, available));
        }
    }

    // ---- filled by a ring

    int token(int chain) {
        return token[chain];
    }

    int maxChains() {
        return token.length;
    }

    /// True when a chain has a writable piece.
    boolean anyWritable() {
        return anyWritable;
    }

    void clear() {
        chains = 0;
        pieces = 0;
        anyWritable = false;
    }

    /// Adds a chain of one piece; false when no room is left.
    boolean single(MemorySegment s, long at, int bytes, boolean deviceWrites, int chainToken) {
        final int p = pieces;
        final int c = chains;
        if (p == segment.length) {
            return false;
        }
        if (segment[p] != s) { // a store of a reference costs more than this
            segment[p] = s;
        }
        offset[p] = at;
        length[p] = bytes;
        token[c] = chainToken;
        firstWritable[c] = deviceWrites ? p : p + 1;
        anyWritable |= deviceWrites;
        pieces = p + 1;
        chains = c + 1;
        first[c + 1] = p + 1;
        return true;
    }

    /// Adds a piece to the chain that `close` will end; false when no room is left. Writable ones come last.
    boolean add(MemorySegment s, long at, int bytes, boolean deviceWrites) {
        if (pieces == segment.length) {
            return false;
        }
        if (pieces == first[chains]) {
            firstWritable[chains] = pieces;
        }
        segment[pieces] = s;
        offset[pieces] = at;
        length[pieces++] = bytes;
        if (deviceWrites) {
            anyWritable = true;
        } else {
            firstWritable[chains] = pieces;
        }
        return true;
    }

    /// Ends the open chain; `token` is what its ring knows it by.
    void close(int chainToken) {
        token[chains++] = chainToken;
        first[chains] = pieces;
    }

    /// Has the first cache line of every piece on its way at once, when all are readable. The device that reads them one after the
    /// other would wait for each: between two processors that takes longer than all it does with a small message.
    int fetch() {
        int seen = 0;
        for (int p = anyWritable ? pieces : 0; p < pieces; p++) {
            if (length[p] > 0) {
                seen ^= (byte) BYTE.getOpaque(segment[p], offset[p]);
            }
        }
        fetched = seen; // so that no compiler drops the reads
        return chains;
    }

    /// Forgets the pieces of the open chain.
    void abandon() {
        pieces = first[chains];
    }
}
