// SPDX-License-Identifier: Apache-2.0
package vbus.venet.protocol;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Bytes of the data of EVQQUERY, L4ROQUERY and QUEUES, little-endian.
///
/// ```
///              0        4                8                12                    16          32
///   EVQQUERY   flags 0  event bytes u32  pool id u32      ring id u32           pad
///   L4ROQUERY  flags 0  pool id u32      page ring u32    pad                   pad
///   QUEUES     flags 0  pairs u32        most pairs u32   pairs for classes 4..7 u32
/// ```
/// The guest writes the flags; and, for QUEUES, the number of pairs that it wants, or 0 to ask only. The device writes the rest.
/// @spec AlacrityVM venet.h: struct venet_eventq_query, venet_l4ro_query; QUEUES is our own
public final class QueryLayout {

    /// Bytes of EVQQUERY and L4ROQUERY.
    public static final int BYTES = 32;
    /// Bytes of QUEUES.
    public static final int QUEUES_BYTES = 16;
    /// Flags, all 0.
    public static final int FLAGS_AT = 0;
    /// QUEUES: the number of pairs.
    public static final int PAIRS_AT = 4;
    /// QUEUES: how many it may be.
    public static final int MOST_PAIRS_AT = 8;
    /// QUEUES: how many of them, the last ones, are kept for classes 4 to 7.
    public static final int HIGH_PAIRS_AT = 12;

    private static final int FIRST_AT = 4;
    private static final int SECOND_AT = 8;
    private static final int THIRD_AT = 12;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private QueryLayout() { }

    /// Writes the answer of EVQQUERY.
    public static void events(MemorySegment data) {
        data.set(INT, FIRST_AT, EventLayout.SLOT_BYTES);
        data.set(INT, SECOND_AT, VirtualEthernet.EVENT_POOL);
        data.set(INT, THIRD_AT, VirtualEthernet.EVENT_RING);
    }

    /// Writes the answer of L4ROQUERY.
    public static void receiveOffload(MemorySegment data) {
        data.set(INT, FIRST_AT, VirtualEthernet.RX_POOL);
        data.set(INT, SECOND_AT, VirtualEthernet.PAGE_RING);
    }

    /// Writes the answer of QUEUES.
    public static void queues(MemorySegment data, int pairs, int most, int high) {
        data.set(INT, PAIRS_AT, pairs);
        data.set(INT, MOST_PAIRS_AT, most);
        data.set(INT, HIGH_PAIRS_AT, high);
    }

    /// A number of 4 bytes.
    public static int get(MemorySegment data, long at) {
        return data.get(INT, at);
    }

    /// Writes one.
    public static void set(MemorySegment data, long at, int value) {
        data.set(INT, at, value);
    }
}
