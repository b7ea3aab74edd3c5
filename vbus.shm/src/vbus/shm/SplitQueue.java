// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.MemorySegment;
import java.util.function.LongFunction;

/// The three areas of a split virtqueue, with their sizes and alignments checked.
///
/// @param size number of descriptors, a power of two up to 32768
/// @param table descriptor table
/// @param avail available ring, written by the driver
/// @param used used ring, written by the device
/// @spec virtio 1.2, 2.7
public record SplitQueue(int size, MemorySegment table, MemorySegment avail, MemorySegment used) {

    private static final long LINE = 128; // processors fetch lines of 64 in pairs

    public SplitQueue {
        SplitLayout.check(size);
        check("descriptor table", table, SplitLayout.tableBytes(size), 16);
        check("available ring", avail, SplitLayout.availBytes(size), 2);
        check("used ring", used, SplitLayout.usedBytes(size), 4);
    }

    /// The queue whose areas begin at three addresses; `memory` answers with the memory from an address to the end of its region.
    public static SplitQueue at(int size, long table, long avail, long used, LongFunction<MemorySegment> memory) {
        SplitLayout.check(size);
        return new SplitQueue(size,
            slice("descriptor table", memory.apply(table), SplitLayout.tableBytes(size)),
            slice("available ring", memory.apply(avail), SplitLayout.availBytes(size)),
            slice("used ring", memory.apply(used), SplitLayout.usedBytes(size)));
    }

    /// A queue in one block of at least [#byteSize] bytes, as a driver lays it out: no cache line is written by both sides.
    public static SplitQueue in(MemorySegment block, int size) {
        long avail = lines(SplitLayout.tableBytes(size));
        long used = avail + lines(SplitLayout.availBytes(size));
        return new SplitQueue(size, block.asSlice(0, SplitLayout.tableBytes(size)), block.asSlice(avail, SplitLayout.availBytes(size)),
            block.asSlice(used, SplitLayout.usedBytes(size)));
    }

    /// Bytes that [#in] needs.
    public static long byteSize(int size) {
        return lines(SplitLayout.tableBytes(size)) + lines(SplitLayout.availBytes(size)) + SplitLayout.usedBytes(size);
    }

    private static long lines(long bytes) {
        return (bytes + LINE - 1) / LINE * LINE;
    }

    private static MemorySegment slice(String area, MemorySegment from, long bytes) {
        if (from.byteSize() < bytes) {
            throw new IllegalArgumentException("%s has %d bytes of guest memory: want %d".formatted(area, from.byteSize(), bytes));
        }
        return from.asSlice(0, bytes);
    }

    private static void check(String area, MemorySegment memory, long bytes, int alignment) {
        if (memory.byteSize() < bytes || memory.address() % alignment != 0) {
            throw new IllegalArgumentException("%s of %d bytes at 0x%x: want %d bytes, aligned to %d"
                .formatted(area, memory.byteSize(), memory.address(), bytes, alignment));
        }
    }
}
