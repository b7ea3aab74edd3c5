// SPDX-License-Identifier: Apache-2.0
package vbus.vhost.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;

/// Files of another process as memory of this one.
@SuppressWarnings("restricted") // native access is what this package is for
public final class Mapping {

    private static final MethodHandle MMAP =
        Libc.function("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = Libc.bare("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    private static final int READ_WRITE = 3;
    private static final int SHARED = 1;

    private Mapping() { }

    /// Maps the first `byteSize` bytes of an open file for reading and writing, until `arena` is closed; the file may be closed
    /// before. The file's owner may shorten it at any time: an access behind its end is an InternalError.
    public static MemorySegment of(int fd, long byteSize, Arena arena) throws ErrnoException {
        long address = Libc.checked("mmap", s -> (long) MMAP.invokeExact(s, 0L, byteSize, READ_WRITE, SHARED, fd, 0L));
        return MemorySegment.ofAddress(address).reinterpret(byteSize, arena, Mapping::unmap);
    }

    /// The length of an open file in bytes.
    /// Errors: IOException when it is not a regular file.
    public static long fileBytes(int fd) throws IOException {
        if (!Files.isRegularFile(Libc.path(fd))) {
            throw new IOException("the descriptor is not a file with a length");
        }
        return Files.size(Libc.path(fd));
    }

    private static void unmap(MemorySegment mapping) {
        try {
            int ignored = (int) MUNMAP.invokeExact(mapping, mapping.byteSize());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
