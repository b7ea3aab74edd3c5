// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/// An eventfd, as a guest has it.
@SuppressWarnings("restricted")
final class Eventfd implements AutoCloseable {

    private static final MethodHandle EVENTFD = call("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle WRITE = call("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle READ = call("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle OPEN = call("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final int NONBLOCK = 0x800;

    final int fd;

    private Eventfd(int fd) {
        this.fd = fd;
    }

    static Eventfd make() {
        return new Eventfd((int) invoke(() -> (int) EVENTFD.invokeExact(0, NONBLOCK)));
    }

    /// What is no eventfd: a file in memory.
    static Eventfd fake() {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment name = a.allocateFrom("fake");
            return new Eventfd((int) invoke(() -> (int) OPEN.invokeExact(name, 0)));
        }
    }

    void write() {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment one = a.allocateFrom(JAVA_LONG, 1);
            invoke(() -> (long) WRITE.invokeExact(fd, one, 8L));
        }
    }

    void read() {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment count = a.allocate(JAVA_LONG);
            invoke(() -> (long) READ.invokeExact(fd, count, 8L));
        }
    }

    @Override
    public void close() {
        invoke(() -> (int) CLOSE.invokeExact(fd));
    }

    /// The kinds of descriptors that the process has open, by number.
    static Set<String> open() {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            Set<String> open = new TreeSet<>();
            for (Path p : (Iterable<Path>) all::iterator) {
                if (Files.isSymbolicLink(p)) {
                    String kind = Files.readSymbolicLink(p).toString();
                    if (kind.startsWith("anon_inode")) {
                        open.add(p.getFileName() + " " + kind);
                    }
                }
            }
            return open;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Native {
        Object call() throws Throwable;
    }

    private static Object invoke(Native n) {
        try {
            return n.call();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static MethodHandle call(String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(Linker.nativeLinker().defaultLookup().find(name).orElseThrow(), type);
    }
}
