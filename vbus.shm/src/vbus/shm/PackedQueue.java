// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.MemorySegment;
import java.util.function.LongFunction;

/// The three areas of a packed virtqueue, with their sizes and alignments checked.
///
/// @param size number of descriptors, 1..32768
/// @param ring descriptor ring, written by both
/// @param driverEvent driver event suppression, written by the driver
/// @param deviceEvent device event suppression, written by the device
/// @spec virtio 1.2, 2.8
public record PackedQueue(int size, MemorySegment ring, MemorySegment driverEvent, MemorySegment deviceEvent) {

    private static final long LINE = 128; // processors fetch lines of 64 in pairs

    public PackedQueue {
        PackedLayout.check(size);
        check("descriptor ring", ring, PackedLayout.ringBytes(size), 16);
        check("driver event suppression", driverEvent, PackedLayout.EVENT_BYTES, 4);
        check("device event suppression", deviceEvent, PackedLayout.EVENT_BYTES, 4);
    }

    /// The queue whose areas begin at three addresses; `memory` answers with the memory from an address to the end of its region.
    public static PackedQueue at(int size, long ring, long driverEvent, long deviceEvent, LongFunction<MemorySegment> memory) {
        PackedLayout.check(size);
        return new PackedQueue(size,
            slice("descriptor ring", memory.apply(ring), PackedLayout.ringBytes(size)),
            slice("driver event suppression", memory.apply(driverEvent), PackedLayout.EVENT_BYTES),
            slice("device event suppression", memory.apply(deviceEvent), PackedLayout.EVENT_BYTES));
    }

    /// A queue in one block of at least [#byteSize] bytes, as a driver lays it out: what each side alone writes has its own line.
    public static PackedQueue in(MemorySegment block, int size) {
        final long driver = lines(PackedLayout.ringBytes(size));
        return new PackedQueue(size, block.asSlice(0, PackedLayout.ringBytes(size)), block.asSlice(driver, PackedLayout.EVENT_BYTES),
            block.asSlice(driver + LINE, PackedLayout.EVENT_BYTES));
    }

    /// Bytes that [#in] needs.
    public static long byteSize(int size) {
        return lines(PackedLayout.ringBytes(size)) + LINE + PackedLayout.EVENT_BYTES;
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
