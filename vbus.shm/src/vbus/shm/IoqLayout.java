// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Bytes of an IOQ, version 4 with 64-bit alignment, little-endian. @spec AlacrityVM ioq.h
///
/// ```
///  head, 56 bytes
///   0     magic u32          4   version u32
///   8     signal, 16 bytes, see SignalLayout
///  24     index "valid"      head u32, tail u32, full u8, pad 3     which descriptors hold live buffers
///  36     index "inuse"      head u32, tail u32, full u8, pad 3     what is in flight to the consumer
///  48     count u32         52   pad
///  56     count descriptors of 32 bytes:
///          0 cookie u64   8 address u64   16 length u64   24 valid u8   25 sown u8   26 pad
/// ```
/// `sown` is 1 while the south owns the descriptor, 0 while the north does: it is what hands a descriptor over.
final class IoqLayout {

    static final int MAGIC = 0x47fa2fe4;
    static final int VERSION = 4;
    static final int HEAD_BYTES = 56;
    static final int DESCRIPTOR_BYTES = 32;

    static final long MAGIC_AT = 0;
    static final long VERSION_AT = 4;
    static final long SIGNAL_AT = 8;
    static final long VALID_AT = 24;
    static final long INUSE_AT = 36;
    static final long COUNT_AT = 48;

    static final long INDEX_HEAD = 0;
    static final long INDEX_TAIL = 4;
    static final long INDEX_FULL = 8;

    static final long COOKIE = 0;
    static final long ADDRESS = 8;
    static final long LENGTH = 16;
    static final long VALID = 24;
    static final long SOWN = 25;

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfLong TWO_INTS = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = INT.varHandle();
    private static final VarHandle OWNER = BYTE.varHandle();

    private IoqLayout() { }

    static long descriptor(int position) {
        return HEAD_BYTES + (long) position * DESCRIPTOR_BYTES;
    }

    /// The `sown` flag as it is: 1 the south's, 0 the north's, and whatever else the other side wrote there.
    static int owner(MemorySegment ring, int position) {
        return (byte) OWNER.getAcquire(ring, descriptor(position) + SOWN);
    }

    /// Hands the descriptor over; pairs with the other side's `owner`. A fence and a plain store: see [Fault].
    static void give(MemorySegment ring, int position, Side owner) {
        VarHandle.releaseFence();
        ring.set(BYTE, descriptor(position) + SOWN, (byte) (owner == Side.SOUTH ? 1 : 0));
    }

    /// A number of the head, for who attaches; with acquire, see [Fault].
    static int number(MemorySegment ring, long at) {
        return (int) INTS.getAcquire(ring, at);
    }

    /// Head, in the low half, and tail of an index: read as one long, see [Fault].
    static long headAndTail(MemorySegment ring, long index) {
        return ring.get(TWO_INTS, index);
    }

    /// True when a byte that the other side wrote is 0 or 1. By comparing: a test of its bits is refused in [Fault].
    static boolean isFlag(byte value) {
        return value == 0 || value == 1;
    }

    static int next(int position, int count) {
        return position + 1 == count ? 0 : position + 1;
    }
}
