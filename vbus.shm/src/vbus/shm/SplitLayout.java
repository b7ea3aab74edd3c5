// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Bytes of a virtio split virtqueue of `size` descriptors, little-endian. @spec virtio 1.2, 2.7
///
/// ```
///  descriptor table  16 * size bytes, aligned to 16      driver writes
///      0 address u64      8 length u32    12 flags u16 (NEXT 1, WRITE 2, INDIRECT 4)    14 next u16
///  available ring    6 + 2 * size bytes, aligned to 2    driver writes
///      0 flags u16 (NO_INTERRUPT 1)   2 idx u16   4 ring[size] u16   used_event u16
///  used ring         6 + 8 * size bytes, aligned to 4    device writes
///      0 flags u16 (NO_NOTIFY 1)      2 idx u16   4 ring[size] { id u32, length u32 }   avail_event u16
/// ```
final class SplitLayout {

    static final int DESCRIPTOR_BYTES = 16;
    static final int NEXT = 1;
    static final int WRITE = 2;
    static final int INDIRECT = 4;
    static final int MAX_SIZE = 32768;

    static final long FLAGS_AT = 0;
    static final long IDX_AT = 2;
    static final long RING_AT = 4;

    // areas are checked to be aligned: plain accesses need not check it again
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final VarHandle IDX = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private SplitLayout() { }

    /// Where the driver says at which used index it wants to be told; only with event index.
    static long usedEvent(int size) {
        return RING_AT + 2L * size;
    }

    /// Where the device says at which available index it wants to be told; only with event index.
    static long availEvent(int size) {
        return RING_AT + 8L * size;
    }

    /// True when an index that goes from `old` to `now` passes `event`. @spec virtio 1.2, 2.7.7 and 2.7.10
    static boolean passes(int event, int old, int now) {
        return (now - event - 1 & 0xffff) < (now - old & 0xffff);
    }

    /// Shows an index to the other side, with release; pairs with its acquire of [#IDX]. A fence and a plain store: see [Fault].
    static void show(MemorySegment ring, int idx) {
        VarHandle.releaseFence();
        ring.set(SHORT, IDX_AT, (short) idx);
    }

    static long tableBytes(int size) {
        return (long) DESCRIPTOR_BYTES * size;
    }

    static long availBytes(int size) {
        return 6 + 2L * size;
    }

    static long usedBytes(int size) {
        return 6 + 8L * size;
    }

    static void check(int size) {
        if (size < 1 || size > MAX_SIZE || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("split virtqueue of %d descriptors: want a power of two, 1..%d"
                .formatted(size, MAX_SIZE));
        }
    }
}
