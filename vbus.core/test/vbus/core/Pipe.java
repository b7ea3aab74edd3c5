// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// A pipe: a descriptor that becomes readable and is no eventfd.
@SuppressWarnings("restricted")
final class Pipe implements AutoCloseable {

    private static final MethodHandle PIPE = call("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle WRITE = call("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle READ = call("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final int NONBLOCK = 0x800;

    final int fd;
    private final int end;
    private final MemorySegment bytes = Arena.ofAuto().allocate(64);

    Pipe() {
        MemorySegment both = Arena.ofAuto().allocate(8, 4);
        try {
            int failed = (int) PIPE.invokeExact(both, NONBLOCK);
            if (failed != 0) {
                throw new AssertionError("no pipe");
            }
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
        fd = both.get(JAVA_INT, 0);
        end = both.get(JAVA_INT, 4);
    }

    /// Writes one byte.
    void write() {
        try {
            long ignored = (long) WRITE.invokeExact(end, bytes, 1L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// Reads all that is there, and says how much it was.
    int read() {
        try {
            return Math.max(0, (int) (long) READ.invokeExact(fd, bytes, 64L));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public void close() {
        try {
            int first = (int) CLOSE.invokeExact(fd);
            int second = (int) CLOSE.invokeExact(end);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static MethodHandle call(String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(Linker.nativeLinker().defaultLookup().find(name).orElseThrow(), type);
    }
}
