// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Descriptors of every kind, closed at the end.
@SuppressWarnings("restricted") // native access makes what no library would
final class OddFds implements AutoCloseable {

    private static final int PATH_ONLY = 0x20_0000;
    private static final int CLOEXEC = 0x8_0000;
    private static final int ADD_SEALS = 1033;
    private static final int SEAL_WRITE = 8;

    private final List<Integer> open = new ArrayList<>();
    private final Path folder;

    OddFds(Path folder) {
        this.folder = folder;
    }

    /// Calls libc. The result is never negative: what fails here is a test that can not be.
    private static long libc(String name, int fixed, FunctionDescriptor types, Object... arguments) {
        Linker linker = Linker.nativeLinker();
        Linker.Option[] options = fixed < 0 ? new Linker.Option[0] : new Linker.Option[] {Linker.Option.firstVariadicArg(fixed)};
        MethodHandle function = linker.downcallHandle(linker.defaultLookup().findOrThrow(name), types, options);
        try {
            long result = ((Number) function.invokeWithArguments(arguments)).longValue();
            if (result < 0) {
                throw new AssertionError(name + " failed");
            }
            return result;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static FunctionDescriptor ints(MemoryLayout... arguments) {
        return FunctionDescriptor.of(JAVA_INT, arguments);
    }

    private int kept(long fd) {
        open.add((int) fd);
        return (int) fd;
    }

    private int open(Path path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return kept(libc("open", 2, ints(ADDRESS, JAVA_INT), arena.allocateFrom(path.toString()), flags | CLOEXEC));
        }
    }

    int pipe() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment two = arena.allocate(8, 4);
            libc("pipe2", -1, ints(ADDRESS, JAVA_INT), two, CLOEXEC);
            kept(two.get(JAVA_INT, 0));
            return kept(two.get(JAVA_INT, 4));
        }
    }

    int socket() {
        return kept(libc("socket", -1, ints(JAVA_INT, JAVA_INT, JAVA_INT), 1, 1 | CLOEXEC, 0));
    }

    int directory() {
        return open(folder, 0);
    }

    int devNull() {
        return open(Path.of("/dev/null"), 2);
    }

    int diskFile() {
        try {
            Path file = folder.resolve("disk");
            Files.write(file, new byte[8192]);
            return open(file, 2);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    int memory() {
        try (Arena arena = Arena.ofConfined()) {
            int fd = kept(libc("memfd_create", -1, ints(ADDRESS, JAVA_INT), arena.allocateFrom("odd"), 3));
            libc("ftruncate", -1, ints(JAVA_INT, JAVA_LONG), fd, 8192L);
            return fd;
        }
    }

    /// A new description of the same file, for reading.
    int readOnlyMemory() {
        return open(Path.of("/proc/self/fd/" + memory()), 0);
    }

    int writeSealed() {
        int fd = memory();
        libc("fcntl", 2, ints(JAVA_INT, JAVA_INT, JAVA_INT), fd, ADD_SEALS, SEAL_WRITE);
        return fd;
    }

    int pathOnly() {
        return open(Path.of("/proc/self/fd/" + memory()), PATH_ONLY);
    }

    int epoll() {
        return kept(libc("epoll_create1", -1, ints(JAVA_INT), CLOEXEC));
    }

    int eventfd() {
        return kept(libc("eventfd", -1, ints(JAVA_INT, JAVA_INT), 0, CLOEXEC));
    }

    /// A file that is there, made as long as that.
    int openLong(Path file, long byteSize) {
        int fd = open(file, 2);
        libc("ftruncate", -1, ints(JAVA_INT, JAVA_LONG), fd, byteSize);
        return fd;
    }

    /// Fills an eventfd's counter, and has all who share it wait when it is full.
    static void stopUp(int eventfd) {
        try (Arena arena = Arena.ofConfined()) {
            libc("write", -1, FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), eventfd,
                arena.allocateFrom(JAVA_LONG, 0xffff_ffff_ffff_fffeL - counter(eventfd)), 8L);
        }
        libc("fcntl", 2, ints(JAVA_INT, JAVA_INT, JAVA_INT), eventfd, 4, 0);
    }

    /// What an eventfd's counter is, by what the system says of the descriptor.
    static long counter(int eventfd) {
        try (java.util.stream.Stream<String> lines = Files.lines(Path.of("/proc/self/fdinfo/" + eventfd))) {
            return lines.filter(l -> l.startsWith("eventfd-count:")).mapToLong(l -> Long.parseLong(l.substring(14).strip(), 16))
                .findFirst().orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        open.forEach(fd -> libc("close", -1, ints(JAVA_INT), fd));
    }
}
