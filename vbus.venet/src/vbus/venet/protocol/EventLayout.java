// SPDX-License-Identifier: Apache-2.0
package vbus.venet.protocol;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Bytes of an event, little-endian, in a slot of 24 bytes of the event pool.
///
/// ```
///   0         4         8         12         16            24
///   +---------+---------+---------+----------+-------------+
///   | flags 0 | size    | id 0    | state u8, pad 3 |         LINKSTATE, size 16: 0 down, 1 up
///   | u32     | u32     | id 1    | queue    | cookie u64  |   TXC, size 24: a packet's descriptor and pieces are the guest's again
///   +---------+---------+---------+----------+-------------+
/// ```
/// The queue of a completion is the number of its pair: 0 in the original.
/// @spec AlacrityVM venet.h: struct venet_event_header, venet_event_linkstate, venet_event_txc
public final class EventLayout {

    /// Bytes of a slot.
    public static final int SLOT_BYTES = 24;
    /// Id: the link's state.
    public static final int LINKSTATE = 0;
    /// Id: a transmit completion.
    public static final int TXC = 1;
    /// Bytes of a link state.
    public static final int LINKSTATE_BYTES = 16;
    /// Bytes of a transmit completion.
    public static final int TXC_BYTES = 24;

    private static final int SIZE_AT = 4;
    private static final int ID_AT = 8;
    private static final int STATE_AT = 12;
    private static final int QUEUE_AT = 12;
    private static final int COOKIE_AT = 16;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private EventLayout() { }

    /// Writes a link state into 24 bytes.
    public static void linkState(MemorySegment slot, boolean up) {
        header(slot, LINKSTATE_BYTES, LINKSTATE);
        slot.set(INT, STATE_AT, up ? 1 : 0); // and the padding
    }

    /// Writes a transmit completion.
    public static void completion(MemorySegment slot, int queue, long cookie) {
        header(slot, TXC_BYTES, TXC);
        slot.set(INT, QUEUE_AT, queue);
        slot.set(LONG, COOKIE_AT, cookie);
    }

    private static void header(MemorySegment slot, int size, int id) {
        slot.set(INT, 0, 0);
        slot.set(INT, SIZE_AT, size);
        slot.set(INT, ID_AT, id);
    }

    /// The event's id.
    public static int id(MemorySegment slot, long at) {
        return slot.get(INT, at + ID_AT);
    }

    /// A link state's.
    public static boolean isUp(MemorySegment slot, long at) {
        return slot.get(ValueLayout.JAVA_BYTE, at + STATE_AT) != 0;
    }

    /// A completion's pair.
    public static int queue(MemorySegment slot, long at) {
        return slot.get(INT, at + QUEUE_AT);
    }

    /// A completion's packet.
    public static long cookie(MemorySegment slot, long at) {
        return slot.get(LONG, at + COOKIE_AT);
    }
}
