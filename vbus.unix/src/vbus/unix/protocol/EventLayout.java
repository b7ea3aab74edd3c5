// SPDX-License-Identifier: Apache-2.0
package vbus.unix.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Bytes of an event, 144, little-endian. Event slots lie in the guest's memory and are lent through an IOQ.
///
/// ```
///   0 event u32, 4 pad, then by event
///     0 DEVADD        8 device id u64, 16 type char[128], ends with a zero
///     1 DEVDROP       8 device id u64
///     2 SHMSIGNAL     8 cookie u64 of the registration
///     3 SHMCLOSE      8 cookie u64: the host let go of it
///    16 DEVEVENT      8 handle u64, 16 kind u32, 20 length u32, 24 data[120]
///    17 DEVCONFIG     8 handle u64: the configuration space changed
///    18 DEVBROKEN     8 handle u64, 16 reason char[128], ends with a zero
///    19 DEVGONE       8 handle u64: the session was taken away
/// ```
/// @spec AlacrityVM vbus PCI bridge events 0 to 3; 16 to 19 are our own
public final class EventLayout {

    public static final int BYTES = 144;

    public static final int DEVADD = 0;
    public static final int DEVDROP = 1;
    public static final int SHMSIGNAL = 2;
    public static final int SHMCLOSE = 3;
    public static final int DEVEVENT = 16;
    public static final int DEVCONFIG = 17;
    public static final int DEVBROKEN = 18;
    public static final int DEVGONE = 19;

    public static final int EVENT = 0;
    public static final int HANDLE = 8;
    public static final int TEXT = 16;
    public static final int TEXT_BYTES = 128;
    public static final int KIND = 16;
    public static final int DATA_LENGTH = 20;
    public static final int DATA = 24;
    public static final int DATA_BYTES = 120;

    public static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private EventLayout() { }

    /// Writes text into `length` bytes, cut so that a zero ends it; what is left of the field is zero.
    public static void text(MemorySegment to, long at, int length, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int n = Math.min(bytes.length, length - 1);
        to.asSlice(at, length).fill((byte) 0);
        MemorySegment.copy(bytes, 0, to, ValueLayout.JAVA_BYTE, at, n);
    }

    /// Reads text out of `length` bytes, up to the first zero.
    public static String text(MemorySegment from, long at, int length) {
        byte[] bytes = from.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
        int n = 0;
        while (n < length && bytes[n] != 0) {
            n++;
        }
        return new String(bytes, 0, n, StandardCharsets.UTF_8);
    }
}
