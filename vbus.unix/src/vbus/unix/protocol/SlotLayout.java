// SPDX-License-Identifier: Apache-2.0
package vbus.unix.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Bytes of a call slot: two cache lines, aligned to 128, little-endian. A small call needs the first line only.
///
/// ```
///    0 vector u32    4 length u32    8 address u64    16 result i32    20 state u32     the call's descriptor
///   24 arguments, 32 bytes: room for a DEVCALL          56 data, 8 bytes                 `address` may point here
///   64 host sleeps u32   68 guest sleeps u32                                             written seldom
/// ```
/// The state hands the line over: the guest writes everything and then REQUEST (release), the host sees it (acquire), writes the
/// result and then DONE (release). The sides' sleep flags are their own; each is set before the last look at the state, with a full
/// fence between, so that one of the two always notices the other.
/// @spec AlacrityVM vbus fast call descriptor, bytes 0 to 19; the rest is our own
public final class SlotLayout {

    public static final int BYTES = 128;

    public static final int VECTOR = 0;
    public static final int LENGTH = 4;
    public static final int ADDRESS = 8;
    public static final int RESULT = 16;
    public static final int STATE = 20;
    public static final int ARGUMENTS = 24;
    public static final int DATA = 56;
    public static final int DATA_BYTES = 8;
    public static final int HOST_SLEEPS = 64;
    public static final int GUEST_SLEEPS = 68;

    /// The guest may use the slot.
    public static final int FREE = 0;
    /// The host shall act.
    public static final int REQUEST = 1;
    /// The result is there.
    public static final int DONE = 2;

    public static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle WORD = INT.varHandle();

    private SlotLayout() { }

    /// The state; pairs with [#state(MemorySegment, int)] of the other side.
    public static int state(MemorySegment slot) {
        return (int) WORD.getAcquire(slot, (long) STATE);
    }

    /// Hands the slot over; everything that was written before is seen with it.
    public static void state(MemorySegment slot, int state) {
        WORD.setRelease(slot, (long) STATE, state);
    }

    /// A sleep flag.
    public static boolean sleeps(MemorySegment slot, int flag) {
        return (int) WORD.getOpaque(slot, (long) flag) != 0;
    }

    /// Sets the own sleep flag; the caller fences and looks at the state again.
    public static void sleeps(MemorySegment slot, int flag, boolean asleep) {
        WORD.setOpaque(slot, (long) flag, asleep ? 1 : 0);
    }
}
