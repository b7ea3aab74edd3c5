// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Bytes of a shared-memory signal, version 1, little-endian. @spec AlacrityVM shm_signal.h
///
/// ```
///   0       4       8        9        10      11       12       13      14   16
///   +-------+-------+--------+--------+-------+--------+--------+-------+----+
///   | magic |version|enabled |pending |dirty  |enabled |pending |dirty  |pad |
///   |       |       |<------- north -------->|<------- south -------->|    |
///   +-------+-------+--------+--------+-------+--------+--------+-------+----+
/// ```
final class SignalLayout {

    static final int MAGIC = 0x58fa39df;
    static final int VERSION = 1;
    static final int BYTES = 16;

    static final long MAGIC_AT = 0;
    static final long VERSION_AT = 4;
    static final long ENABLED = 0;
    static final long PENDING = 1;
    static final long DIRTY = 2;

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final VarHandle INTS = INT.varHandle();
    private static final VarHandle FLAG = BYTE.varHandle();

    private SignalLayout() { }

    /// Offset of the three flags of a side.
    static long flags(Side side) {
        return side == Side.NORTH ? 8 : 11;
    }

    /// Magic or version, for who attaches; with acquire, see [Fault].
    static int number(MemorySegment memory, long at) {
        return (int) INTS.getAcquire(memory, at);
    }

    /// A flag as it is now; pairs with `flag` of the other side.
    static boolean isSet(MemorySegment memory, long at) {
        return (byte) FLAG.getAcquire(memory, at) != 0;
    }

    /// Writes a flag, with release; pairs with `isSet`. A fence and a plain store: see [Fault].
    static void flag(MemorySegment memory, long at, boolean on) {
        VarHandle.releaseFence();
        memory.set(BYTE, at, (byte) (on ? 1 : 0));
    }
}
