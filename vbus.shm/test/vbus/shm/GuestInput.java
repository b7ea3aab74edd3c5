// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The bytes of a fuzz test, read from first to last as what a guest does; behind the last all are zero.
final class GuestInput {

    private final byte[] bytes;
    private int at;

    GuestInput(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean hasMore() {
        return at < bytes.length;
    }

    /// A number from 0 to 255.
    int next() {
        return at < bytes.length ? bytes[at++] & 0xff : 0;
    }

    int next16() {
        return next() | next() << 8;
    }

    long next64() {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value |= (long) next() << 8 * i;
        }
        return value;
    }

    /// Fills `to` with the bytes that come next.
    void fill(MemorySegment to) {
        for (long i = 0; i < to.byteSize(); i++) {
            to.set(ValueLayout.JAVA_BYTE, i, (byte) next());
        }
    }

    /// The guest writes up to 7 bytes somewhere into `to`.
    void poke(MemorySegment to) {
        final int head = next16();
        final long offset = (head & 0x1fff) % to.byteSize();
        for (int i = 0; i < head >>> 13; i++) {
            to.set(ValueLayout.JAVA_BYTE, (offset + i) % to.byteSize(), (byte) next());
        }
    }
}
