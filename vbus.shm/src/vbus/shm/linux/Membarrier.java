// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;

/// A full fence in every running thread of this process at once.
///
/// It is the expensive half of an asymmetric handshake: who runs often stores and loads in program order without a fence, who
/// comes seldom puts the fence into all others. What a thread stored before it, the caller sees after it, and the other way round.
/// Threads: any.
/// @spec Linux membarrier(2), MEMBARRIER_CMD_PRIVATE_EXPEDITED
public final class Membarrier {

    private static final MethodHandle SYSCALL = Libc.variadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final int EXPEDITED = 1 << 3;
    private static final int REGISTER = 1 << 4;
    private static final long NUMBER = switch (System.getProperty("os.arch")) {
        case "amd64", "x86_64" -> 324;
        case "aarch64", "riscv64" -> 283;
        default -> -1;
    };
    private static final boolean AVAILABLE = NUMBER >= 0 && command(REGISTER);

    private Membarrier() { }

    /// True when this system has it. Without it [#all] does nothing.
    public static boolean isAvailable() {
        return AVAILABLE;
    }

    /// The fence.
    public static void all() {
        if (AVAILABLE && !command(EXPEDITED)) {
            throw new IllegalStateException("membarrier: registered, and refused now");
        }
    }

    private static boolean command(int command) {
        try {
            Libc.checked("membarrier", s -> (long) SYSCALL.invokeExact(s, NUMBER, command, 0, 0));
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }
}
