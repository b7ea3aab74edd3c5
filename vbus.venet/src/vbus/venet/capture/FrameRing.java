// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Frames on their way from the lane to the thread that writes them: a ring of bytes in memory of our own.
///
/// ```
///   record, at a multiple of 8, in one piece
///    0 record bytes i32, or TO_START      4 port i32: id of the interface in the file
///    8 stamp i64: nanoseconds of System.nanoTime
///   16 frame bytes i32                   20 captured bytes i32
///   24 direction i32                     28 unused
///   32 captured bytes, then up to 7 unused
/// ```
/// Positions count bytes and never wrap. All of the memory is touched when the ring is made: the lane meets no page for the first time.
/// Threads: `claim`, `publish` and `forget` of one producer, `next` and `free` of one consumer. Neither waits.
final class FrameRing {

    static final int HEADER_BYTES = 32;
    static final int PORT = 4;
    static final int STAMP = 8;
    static final int FRAME_BYTES = 16;
    static final int CAPTURED_BYTES = 20;
    static final int DIRECTION = 24;
    private static final int TO_START = -1;
    private static final VarHandle PUBLISHED;
    private static final VarHandle FREED;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            PUBLISHED = lookup.findVarHandle(FrameRing.class, "published", long.class);
            FREED = lookup.findVarHandle(FrameRing.class, "freed", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final MemorySegment bytes;
    private final int size;
    private long claimed; // the producer's
    private long knownFreed; // the producer's: what it last read of freed
    private long published; // from the producer to the consumer
    private long taken; // the consumer's
    @SuppressWarnings("unused") // but by FREED
    private long freed; // from the consumer to the producer

    /// @param size bytes, a power of two
    FrameRing(int size) {
        if (Integer.bitCount(size) != 1 || size < 2 * HEADER_BYTES) {
            throw new IllegalArgumentException("a ring of %d bytes: want a power of two from %d".formatted(size, 2 * HEADER_BYTES));
        }
        this.size = size;
        bytes = Arena.ofAuto().allocate(size, Long.BYTES);
    }

    /// Where a record for so many captured bytes begins; -1 when there is no room.
    int claim(int captured) {
        final int want = HEADER_BYTES + captured + 7 & -8;
        final int at = (int) (claimed & size - 1);
        final int skip = want <= size - at ? 0 : size - at;
        if (claimed + skip + want - knownFreed > size) {
            knownFreed = (long) FREED.getAcquire(this); // with the release in free(): the consumer read those bytes
            if (claimed + skip + want - knownFreed > size) {
                return -1;
            }
        }
        if (skip > 0) {
            bytes.set(ValueLayout.JAVA_INT, at, TO_START);
        }
        final int begin = skip > 0 ? 0 : at;
        bytes.set(ValueLayout.JAVA_INT, begin, want);
        claimed += skip + want;
        return begin;
    }

    /// Shows what was claimed.
    void publish() {
        PUBLISHED.setRelease(this, claimed); // with the acquire in next()
    }

    /// Takes back what was claimed and not published.
    void forget() {
        claimed = published;
    }

    /// Where the next record begins; -1 when there is none.
    int next() {
        while (taken != (long) PUBLISHED.getAcquire(this)) { // with the release in publish()
            final int at = (int) (taken & size - 1);
            final int record = bytes.get(ValueLayout.JAVA_INT, at);
            if (record != TO_START) {
                taken += record;
                return at;
            }
            taken += size - at;
        }
        return -1;
    }

    /// The records that `next` gave are not needed any more.
    void free() {
        FREED.setRelease(this, taken); // with the acquire in claim()
    }
}
