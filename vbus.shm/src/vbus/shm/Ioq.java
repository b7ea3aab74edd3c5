// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static vbus.shm.IoqLayout.COUNT_AT;
import static vbus.shm.IoqLayout.HEAD_BYTES;
import static vbus.shm.IoqLayout.INT;
import static vbus.shm.IoqLayout.MAGIC;
import static vbus.shm.IoqLayout.MAGIC_AT;
import static vbus.shm.IoqLayout.SIGNAL_AT;
import static vbus.shm.IoqLayout.VERSION;
import static vbus.shm.IoqLayout.VERSION_AT;

import java.lang.foreign.MemorySegment;

/// What both sides of an IOQ need to know before they make an [IoqRing] or an [IoqDriver] on it.
public final class Ioq {

    /// The most descriptors that a ring may have. @spec venet: ring maximum
    public static final int MAX_COUNT = 2048;

    private static final int ALIGNMENT = 8;

    private Ioq() { }

    /// Size in bytes of a ring of `count` descriptors.
    public static long byteSize(int count) {
        return IoqLayout.descriptor(count);
    }

    /// Writes an empty ring of `count` descriptors; `ring` has exactly [#byteSize] bytes.
    public static void format(MemorySegment ring, int count) {
        if (count < 1 || count > MAX_COUNT || ring.byteSize() != byteSize(count)) {
            throw new IllegalArgumentException("IOQ of %d descriptors in %d bytes: want 1..%d descriptors, %d bytes"
                .formatted(count, ring.byteSize(), MAX_COUNT, byteSize(count)));
        }
        ring.fill((byte) 0);
        Signal.format(signal(ring));
        ring.set(INT, COUNT_AT, count);
        ring.set(INT, VERSION_AT, VERSION);
        ring.set(INT, MAGIC_AT, MAGIC);
    }

    /// The 16 bytes of the ring's signal.
    public static MemorySegment signal(MemorySegment ring) {
        return ring.asSlice(SIGNAL_AT, SignalLayout.BYTES);
    }

    /// The ring's number of descriptors, after alignment, magic, version and size were checked.
    /// Errors: IllegalArgumentException that names what is wrong.
    static int attach(MemorySegment ring) {
        if (ring.byteSize() < HEAD_BYTES || ring.maxByteAlignment() < ALIGNMENT) {
            throw new IllegalArgumentException("IOQ of %d bytes at 0x%x: want at least %d bytes, aligned to %d"
                .formatted(ring.byteSize(), ring.address(), HEAD_BYTES, ALIGNMENT));
        }
        int magic = IoqLayout.number(ring, MAGIC_AT);
        int version = IoqLayout.number(ring, VERSION_AT);
        int count = IoqLayout.number(ring, COUNT_AT);
        if (magic != MAGIC || version != VERSION) {
            throw new IllegalArgumentException("IOQ with magic 0x%08x version %d: want 0x%08x version %d"
                .formatted(magic, version, MAGIC, VERSION));
        }
        if (count < 1 || count > MAX_COUNT || ring.byteSize() != byteSize(count)) {
            throw new IllegalArgumentException("IOQ of %d descriptors in %d bytes: want 1..%d descriptors, 56 + 32 bytes for each"
                .formatted(count, ring.byteSize(), MAX_COUNT));
        }
        return count;
    }

    /// A position that the other side wrote.
    static int position(MemorySegment ring, long at, int count) {
        int position = IoqLayout.number(ring, at);
        if (position < 0 || position >= count) {
            throw new IllegalArgumentException("IOQ index %d at byte %d: want 0..%d".formatted(position, at, count - 1));
        }
        return position;
    }
}
