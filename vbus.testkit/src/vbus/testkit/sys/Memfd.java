// SPDX-License-Identifier: Apache-2.0
package vbus.testkit.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Memory in a file without a name, which another process can map too.
///
/// Threads: any; `close` last.
@SuppressWarnings("restricted") // native access is what this package is for
public final class Memfd implements AutoCloseable {

    private static final MethodHandle CREATE = Libc.function("memfd_create", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle TRUNCATE = Libc.function("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MMAP =
        Libc.function("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = Libc.function("munmap", JAVA_INT, ADDRESS, JAVA_LONG);
    private static final int CLOEXEC = 1;
    private static final int READ_WRITE = 3;
    private static final int SHARED = 1;

    private final Arena arena = Arena.ofShared();
    private final int fd;
    private final MemorySegment memory;

    /// A file of zeros.
    public Memfd(long byteSize) {
        fd = (int) Libc.checked("memfd_create", s -> (int) CREATE.invokeExact(s, arena.allocateFrom("vbus"), CLOEXEC));
        truncate(byteSize);
        long address = Libc.checked("mmap", s -> (long) MMAP.invokeExact(s, 0L, byteSize, READ_WRITE, SHARED, fd, 0L));
        memory = MemorySegment.ofAddress(address).reinterpret(byteSize, arena,
            m -> Libc.checked("munmap", s -> (int) MUNMAP.invokeExact(s, m, m.byteSize())));
    }

    /// The file's descriptor, which stays this object's.
    public int fd() {
        return fd;
    }

    /// The file's bytes, as long as it was made.
    public MemorySegment memory() {
        return memory;
    }

    /// Changes the file's length, also under who has mapped it.
    public void truncate(long byteSize) {
        Libc.checked("ftruncate", s -> (int) TRUNCATE.invokeExact(s, fd, byteSize));
    }

    @Override
    public void close() {
        arena.close();
        Libc.close(fd);
    }
}
