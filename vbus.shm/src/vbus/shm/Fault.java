// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// What happens when a guest shortens the file behind its memory while it is in use.
///
/// The access to a page that is gone is an [InternalError], and the JVM may throw it late: the access itself seems to work, with
/// any value, and the error comes at the thread's next safepoint poll, perhaps when another guest is being served. [#surface] is
/// such a poll, so whoever calls it before effects become visible knows that what was copied until then was there.
///
/// Until then a value that was read is none: it may be one that its type does not have. Some accesses end the JVM, as its fault
/// handler knows their instructions not. So memory of a guest is accessed like this:
///
/// - an int that becomes a long is read with acquire, or as part of a long; bits of a byte are not tested, it is compared
/// - a byte or a short is released by a fence and a plain store, as a release store of one is an exchange where Java is interpreted
/// - nothing is read and written at once: no compare-and-set, no get-and-add
/// - a narrow value is no index without a comparison with a bound that the compiler does not know
///
/// @spec JDK 25, HotSpot: SharedRuntime::handle_unsafe_access and Assembler::locate_operand; docs/design/shortened-memory.md
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
