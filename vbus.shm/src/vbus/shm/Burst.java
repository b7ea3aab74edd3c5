// SPDX-License-Identifier: Apache-2.0
// length: what a device reads of it and what a ring writes into it share its arrays
package vbus.shm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

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
public final class Burst extends Apart {

    private static final ValueLayout.OfLong BIG_ENDIAN = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /// No chain said yet what all are.
    static final long UNDECIDED = -1;

    private static final int NO_SHAPE = 0;
    private static final int READABLE = 1; // every chain is one readable piece, of its own number
    private static final int WRITABLE = 2; // one writable piece
    private static final int MIXED = 3; // where its pieces are is in first and firstWritable

    private final int[] token;
    private final int[] first;
    private final int[] firstWritable;
    private final MemorySegment[] segment;
    private MemorySegment common; // what segment is from its begin up to commonEnd, or null
    private int commonEnd;
    private final long[] place; // of a piece, two: its offset in the segment, its length
    private int shape;
    private int chains;
    private int pieces;
    private boolean counted; // tokens follow each other: firstToken, and so on, up to tokenMask, then 0
    private int firstToken;
    private int tokenMask;
    private boolean anyWritable;

    /// A burst of up to `maxChains` chains with `maxPieces` pieces in all: a chain with more pieces than that is refused.
    public Burst(int maxChains, int maxPieces) {
        token = new int[maxChains];
        first = new int[maxChains + 1];
        firstWritable = new int[maxChains];
        segment = new MemorySegment[maxPieces];
        place = new long[2 * maxPieces];
    }

    /// Number of chains.
    public int chains() {
        return shape == MIXED ? chains : pieces;
    }

    /// Bytes that the guest wrote for the device.
    public long readable(int chain) {
        return shape == READABLE ? length(chain) : sum(first(chain), firstWritable(chain));
    }

    /// Bytes that the device may write.
    public long writable(int chain) {
        return shape == WRITABLE ? length(chain) : sum(firstWritable(chain), first(chain + 1));
    }

    private long sum(int from, int to) {
        long bytes = 0;
        for (int p = from; p < to; p++) {
            bytes += length(p);
        }
        return bytes;
    }

    /// Eight bytes as one big-endian number, read once.
    public long readLong(int chain, long at) {
        final int p = first(chain);
        if (p < firstWritable(chain) && at >= 0 && at <= length(p) - 8) {
            return segment[p].get(BIG_ENDIAN, offset(p) + at);
        }
        check(at, 8, readable(chain));
        long value = 0;
        for (int i = 0; i < 8; i++) {
            long in = at + i;
            int q = p;
            while (in >= length(q)) {
                in -= length(q++);
            }
            value = value << 8 | segment[q].get(ValueLayout.JAVA_BYTE, offset(q) + in) & 0xff;
        }
        return value;
    }

    /// Copies out of the readable part.
    public void read(int chain, long at, MemorySegment to, long toOffset, long bytes) { // short, so that it is always compiled in line
        if (!readPieces(chain, at, to, toOffset, bytes)) {
            readPiece(chain, at, to, toOffset, bytes);
        }
    }

    private void readPiece(int piece, long at, MemorySegment to, long toOffset, long bytes) {
        MemorySegment.copy(segment[piece], offset(piece) + at, to, toOffset, bytes);
    }

    private boolean readPieces(int chain, long at, MemorySegment to, long toOffset, long bytes) {
        if (isInPiece(chain, at, bytes)) {
            return false;
        }
        readAcross(chain, at, to, toOffset, bytes);
        return true;
    }

    /// True for most bursts: each chain is one readable piece, and the range is in it.
    private boolean isInPiece(int chain, long at, long bytes) {
        return shape == READABLE && isInside(at, bytes, chain);
    }

    private long offset(int piece) {
        return place[2 * piece];
    }

    private long length(int piece) {
        return place[2 * piece + 1];
    }

    private void readAcross(int chain, long at, MemorySegment to, long toOffset, long bytes) {
        check(at, bytes, readable(chain));
        int p = first(chain);
        while (bytes > 0) {
            if (at >= length(p)) {
                at -= length(p++);
                continue;
            }
            long n = Math.min(bytes, length(p) - at);
            MemorySegment.copy(segment[p], offset(p) + at, to, toOffset, n);
            at += n;
            toOffset += n;
            bytes -= n;
        }
    }

    /// Writes eight bytes as one big-endian number: far less work than `write` of so few.
    public void writeLong(int chain, long at, long value) {
        final int p = firstWritable(chain);
        if (p < first(chain + 1) && isInside(at, Long.BYTES, p)) {
            segment[p].set(BIG_ENDIAN, offset(p) + at, value);
            return;
        }
        check(at, Long.BYTES, writable(chain));
        for (int i = 0; i < Long.BYTES; i++) {
            long in = at + i;
            int q = p;
            while (in >= length(q)) {
                in -= length(q++);
            }
            segment[q].set(ValueLayout.JAVA_BYTE, offset(q) + in, (byte) (value >>> 8 * (Long.BYTES - 1 - i)));
        }
    }

    /// Copies out of the writable part what the guest wrote there before: a descriptor that it lends for the device to fill in.
    public void peek(int chain, long at, MemorySegment to, long toOffset, long bytes) {
        check(at, bytes, writable(chain));
        int p = firstWritable(chain);
        while (bytes > 0) {
            if (at >= length(p)) {
                at -= length(p++);
                continue;
            }
            long n = Math.min(bytes, length(p) - at);
            MemorySegment.copy(segment[p], offset(p) + at, to, toOffset, n);
            at += n;
            toOffset += n;
            bytes -= n;
        }
    }

    /// Copies into the writable part.
    public void write(int chain, long at, MemorySegment from, long fromOffset, long bytes) {
        int p = firstWritable(chain);
        if (p < first(chain + 1) && isInside(at, bytes, p)) {
            MemorySegment.copy(from, fromOffset, segment[p], offset(p) + at, bytes);
            return;
        }
        check(at, bytes, writable(chain));
        while (bytes > 0) {
            if (at >= length(p)) {
                at -= length(p++);
                continue;
            }
            long n = Math.min(bytes, length(p) - at);
            MemorySegment.copy(from, fromOffset, segment[p], offset(p) + at, n);
            at += n;
            fromOffset += n;
            bytes -= n;
        }
    }

    /// Copies from one guest's chain to another's, once.
    public void copyTo(int chain, long at, Burst to, int toChain, long toAt, long bytes) {
        final int p = first(chain);
        final int q = to.firstWritable(toChain);
        if (p < firstWritable(chain) && isInside(at, bytes, p) && q < to.first(toChain + 1) && to.isInside(toAt, bytes, q)) {
            MemorySegment.copy(segment[p], offset(p) + at, to.segment[q], to.offset(q) + toAt, bytes);
        } else {
            copyAcross(chain, at, to, toChain, toAt, bytes);
        }
    }

    private boolean isInside(long at, long bytes, int piece) {
        return (at | bytes) >= 0 && bytes <= length(piece) - at;
    }

    private void copyAcross(int chain, long at, Burst to, int toChain, long toAt, long bytes) {
        check(at, bytes, readable(chain));
        int p = first(chain);
        while (bytes > 0) {
            if (at >= length(p)) {
                at -= length(p++);
                continue;
            }
            long n = Math.min(bytes, length(p) - at);
            to.write(toChain, toAt, segment[p], offset(p) + at, n);
            at += n;
            toAt += n;
            bytes -= n;
        }
    }

    private int first(int chain) {
        return shape == MIXED ? first[chain] : chain;
    }

    private int firstWritable(int chain) {
        return shape == MIXED ? firstWritable[chain] : shape == READABLE ? chain + 1 : chain;
    }

    private static void check(long at, long bytes, long available) {
        if (at < 0 || bytes < 0 || bytes > available - at) {
            throw new IndexOutOfBoundsException("%d bytes at %d of a chain of %d bytes".formatted(bytes, at, available));
        }
    }

    // ---- filled by a ring

    int token(int chain) {
        return counted ? firstToken + chain & tokenMask : token[chain];
    }

    int maxChains() {
        return token.length;
    }

    /// True when a chain has a writable piece.
    boolean anyWritable() {
        return anyWritable;
    }

    /// Begins anew; tokens are numbers from `first` on, and from 0 on again after `mask`.
    void clear(int first, int mask) {
        clear();
        counted = true;
        firstToken = first & mask;
        tokenMask = mask;
    }

    /// Begins anew.
    void clear() {
        counted = false;
        shape = NO_SHAPE;
        chains = 0;
        pieces = 0;
        anyWritable = false;
    }

    /// WRITE of a descriptor's word, or 0, of chains of one piece that may be added by `set`; [#UNDECIDED] when either may.
    long kind() {
        return shape == NO_SHAPE ? UNDECIDED : shape == WRITABLE ? (long) SplitLayout.WRITE << 32 : 0;
    }

    /// How many of `number` chains, each a piece in `s`, may be added by `set`: 0 when each has to say where its pieces are.
    int room(MemorySegment s, int number) {
        final int room = shape == MIXED ? 0 : Math.min(number, segment.length - pieces);
        if (common != s || commonEnd < pieces + room) { // a store of a reference costs more than this, and the next burst may find it done
            Arrays.fill(segment, pieces, pieces + room, s);
            common = pieces == 0 ? s : null;
            commonEnd = room;
        }
        return room;
    }

    /// The chain of one piece with this number, not yet `added`.
    void set(int chain, long at, long bytes) {
        place[2 * chain] = at;
        place[2 * chain + 1] = bytes;
    }

    /// What its ring knows this chain by, unless tokens are counted.
    void token(int chain, int chainToken) {
        token[chain] = chainToken;
    }

    /// So many chains more, all readable or all writable.
    void added(int number, boolean readable) {
        if (number > 0) {
            shape = readable ? READABLE : WRITABLE;
            anyWritable = !readable;
            pieces += number;
        }
    }

    /// Adds a chain of one piece; false when no room is left.
    boolean single(MemorySegment s, long at, int bytes, boolean deviceWrites, int chainToken) {
        if (pieces == segment.length) {
            return false;
        }
        if (shape == NO_SHAPE || shape == (deviceWrites ? WRITABLE : READABLE)) {
            if (segment[pieces] != s) {
                segment[pieces] = s;
                common = null;
            }
            set(pieces, at, bytes);
            token(pieces, chainToken);
            added(1, !deviceWrites);
        } else {
            add(s, at, bytes, deviceWrites);
            close(chainToken);
        }
        return true;
    }

    /// Adds a piece to the chain that `close` will end; false when no room is left. Writable ones come last.
    boolean add(MemorySegment s, long at, int bytes, boolean deviceWrites) {
        if (pieces == segment.length) {
            return false;
        }
        mix();
        if (pieces == first[chains]) {
            firstWritable[chains] = pieces;
        }
        if (segment[pieces] != s) {
            segment[pieces] = s;
            common = null;
        }
        place[2 * pieces] = at;
        place[2 * pieces++ + 1] = bytes;
        if (deviceWrites) {
            anyWritable = true;
        } else {
            firstWritable[chains] = pieces;
        }
        return true;
    }

    /// From here on chains are not of one piece each, or not all of one kind.
    private void mix() {
        if (shape == MIXED) {
            return;
        }
        chains = pieces;
        for (int c = 0; c < chains; c++) {
            firstWritable[c] = firstWritable(c);
            first[c + 1] = c + 1;
        }
        shape = MIXED;
    }

    /// Ends the open chain; `token` is what its ring knows it by.
    void close(int chainToken) {
        token[chains++] = chainToken;
        first[chains] = pieces;
    }

    /// True when there is no room for another chain.
    boolean isFull() {
        return chains() == token.length;
    }

    /// Begins a chain that may get no piece before `close` ends it.
    void open() {
        mix();
        if (chains < token.length) {
            firstWritable[chains] = pieces;
        }
    }

    /// Where `back` goes back to; after `open`.
    int mark() {
        return pieces;
    }

    /// Forgets the pieces that were added to the open chain since `mark`, all of them of one kind.
    void back(int mark) {
        pieces = mark;
        firstWritable[chains] = Math.min(firstWritable[chains], mark);
    }

    /// Forgets the pieces of the open chain.
    void abandon() {
        pieces = first(chains());
    }
}
