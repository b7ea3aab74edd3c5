// SPDX-License-Identifier: Apache-2.0
package vbus.testkit.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// How this package calls libc.
@SuppressWarnings("restricted") // native access is what this package is for
final class Libc {

    static final int ECONNREFUSED = 111;
    static final int ENOENT = 2;
    static final short POLLIN = 1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));
    private static final MethodHandle CLOSE = function("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle POLL = function("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

    /// A call whose negative result means that errno says why.
    @FunctionalInterface
    interface Call {

        /// `state` is the first argument of every handle that [#function] made.
        long invoke(MemorySegment state) throws Throwable;
    }

    private Libc() { }

    static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments),
            Linker.Option.captureCallState("errno"));
    }

    /// The result, or the negated errno.
    static long call(Call call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = call.invoke(state);
            return result < 0 ? -(int) ERRNO.get(state, 0L) : result;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e); // a handle throws nothing of its own
        }
    }

    static long checked(String what, Call call) {
        long result = call(call);
        if (result < 0) {
            throw new IllegalStateException("%s: errno %d".formatted(what, -result));
        }
        return result;
    }

    static void close(int fd) {
        checked("close", s -> (int) CLOSE.invokeExact(s, fd));
    }

    /// Waits until there is something to read; false when that did not happen in time.
    static boolean poll(int fd, long timeoutNanos) {
        int millis = Math.clamp((timeoutNanos + 999_999) / 1_000_000, 0, Integer.MAX_VALUE);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(8, 4);
            one.set(JAVA_INT, 0, fd);
            one.set(JAVA_SHORT, 4, POLLIN);
            return checked("poll", s -> (int) POLL.invokeExact(s, one, 1L, millis)) > 0;
        }
    }
}
