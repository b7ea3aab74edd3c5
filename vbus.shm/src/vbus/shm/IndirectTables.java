// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A driver's memory for indirect tables: one for each descriptor of its ring, so that a chain of several pieces takes one descriptor.
///
/// Ownership: the driver's. @spec virtio 1.2, 2.7.5.3 and 2.8.8
/// @param address guest address of the first table, a multiple of 16
/// @param memory the same memory as the driver sees it, [#byteSize] bytes
/// @param maxPieces entries of one table; longer chains are offered without one
public record IndirectTables(long address, MemorySegment memory, int maxPieces) {

    /// Chains are never offered by a table.
    public static final IndirectTables NONE = new IndirectTables(0, MemorySegment.NULL, 0);

    private static final int ENTRY_BYTES = 16;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Bytes for the tables of a ring of `size` descriptors.
    public static long byteSize(int size, int maxPieces) {
        return (long) size * maxPieces * ENTRY_BYTES;
    }

    void check(int size) {
        if (maxPieces < 0 || address % ENTRY_BYTES != 0 || memory.byteSize() < byteSize(size, maxPieces)) {
            throw new IllegalArgumentException("indirect tables of %d bytes at guest address 0x%x: want %d bytes, aligned to %d"
                .formatted(memory.byteSize(), address, byteSize(size, Math.max(0, maxPieces)), ENTRY_BYTES));
        }
    }

    long address(int table) {
        return address + byteSize(table, maxPieces);
    }

    /// Writes an entry: its address, and the word with its length, flags and what else the kind of ring wants.
    void set(int table, int entry, long pieceAddress, long word) {
        final long at = byteSize(table, maxPieces) + (long) entry * ENTRY_BYTES;
        memory.set(LONG, at, pieceAddress);
        memory.set(LONG, at + 8, word);
    }

    static int bytes(int pieces) {
        return pieces * ENTRY_BYTES;
    }
}
