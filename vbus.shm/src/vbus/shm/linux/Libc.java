// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/// How this package calls libc.
@SuppressWarnings("restricted") // native access is what this package is for
final class Libc {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));
    private static final MethodHandle STRERROR = bare("strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT));
    private static final MethodHandle CLOSE = bare("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final int LONGEST_MESSAGE_BYTES = 256;

    /// A call whose negative result means that errno says why.
    @FunctionalInterface
    interface Call {

        /// `state` is the first argument of every handle that [#function] made.
        long invoke(MemorySegment state) throws Throwable;
    }

    private Libc() { }

    /// A handle for [#checked]: its first argument takes errno.
    static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments), CAPTURE);
    }

    /// A handle of a function with `fixed` arguments before its variable ones, for [#checked].
    static MethodHandle variadic(String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments), CAPTURE,
            Linker.Option.firstVariadicArg(fixed));
    }

    /// A handle that leaves errno alone: the quickest call.
    static MethodHandle bare(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
    }

    /// The same for a function with `fixed` arguments before its variable ones.
    static MethodHandle bareVariadic(String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments),
            Linker.Option.firstVariadicArg(fixed));
    }

    /// Calls, again when a signal interrupted it; `what` begins the message of a failure.
    static long checked(String what, Call call) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = call.invoke(state);
            while (result < 0 && (int) ERRNO.get(state, 0L) == ErrnoException.EINTR) {
                result = call.invoke(state);
            }
            if (result < 0) {
                throw new ErrnoException(what, (int) ERRNO.get(state, 0L));
            }
            return result;
        } catch (ErrnoException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e); // a handle throws nothing of its own
        }
    }

    /// Where a handle of [#function] leaves errno, for calls on the data path: made once, used by one thread at a time.
    static MemorySegment state(Arena arena) {
        return arena.allocate(STATE);
    }

    /// The result of a call with this state, or the negated errno.
    static long orErrno(long result, MemorySegment state) {
        return result < 0 ? -(int) ERRNO.get(state, 0L) : result;
    }

    /// Gives a descriptor back. Linux frees the number whatever it answers, so there is nothing to check or to repeat.
    static void close(int fd) {
        try {
            int ignored = (int) CLOSE.invokeExact(fd);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /// What Linux says of an open descriptor of this process, as a path.
    static Path path(int fd) {
        return Path.of("/proc/self/fd", Integer.toString(fd));
    }

    static String message(int errno) {
        try {
            MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
            return text.reinterpret(LONGEST_MESSAGE_BYTES).getString(0);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
