// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// What happens when a guest shortens the file behind its memory while it is in use.
///
/// The access to a page that is gone is an [InternalError], and the JVM may throw it late: the access itself seems to work, with
/// any value, and the error comes at the thread's next safepoint poll, perhaps when another guest is being served. [#surface] is
/// such a poll, so whoever calls it before effects become visible knows that what was copied until then was there.
///
/// An int that is read plainly and widened to a long in the same expression must not be read from such memory: HotSpot on x86
/// compiles it to one instruction (movslq) that its fault handler can not decode, which ends the JVM. Read it with opaque or
/// acquire, or as part of a long.
/// @spec JDK 25, HotSpot: SharedRuntime::handle_unsafe_access and Assembler::locate_operand; found by experiment
public final class Fault {

    private static final Object NOBODY_HOLDS = new Object();

    private Fault() { }

    /// True for the JVM's own: a device model may throw such an error too.
    public static boolean isMemory(InternalError e) {
        return e.getMessage() != null && e.getMessage().contains("unsafe memory access operation");
    }

    /// Throws a fault of this thread that is on its way. About 20 ns: for each burst, not for each element.
    /// Errors: InternalError.
    public static void surface() {
        Thread.holdsLock(NOBODY_HOLDS); // a native method: the way back from it has a poll, and no compiler removes it
    }
}
