// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import vbus.shm.Backing;

/// A file whose bytes two processes map: a memfd of this one, or one that came from another.
///
/// Whoever holds a descriptor of an unsealed file may shorten it at any time, also under those who mapped it: an access behind
/// its end is then an InternalError. A file with the seal against shrinking can not do that.
/// Ownership: holds its descriptor until `close`; mappings stay until their arena is closed.
/// Threads: any; `close` last.
/// @spec Linux memfd_create(2), fcntl(2) File Sealing, mmap(2)
@SuppressWarnings("restricted") // native access is what this package is for
public final class SharedFile implements AutoCloseable {

    private static final MethodHandle CREATE = Libc.function("memfd_create", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle TRUNCATE = Libc.function("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle FCNTL = Libc.variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle STATFS = Libc.function("fstatfs", JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle MMAP =
        Libc.function("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = Libc.bare("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

    private static final int CLOEXEC = 1;
    private static final int ALLOW_SEALING = 2;
    private static final int DUPLICATE_CLOEXEC = 1030;
    private static final int ADD_SEALS = 1033;
    private static final int GET_SEALS = 1034;
    private static final int SEAL_SHRINK = 2;
    private static final int SEAL_GROW = 4;
    private static final int READ_WRITE = 3;
    private static final int SHARED = 1;
    private static final int STATFS_BYTES = 120;
    private static final long TMPFS = 0x0102_1994L;
    private static final long HUGETLBFS = 0x9584_58f6L;

    private final int fd;

    private SharedFile(int fd) {
        this.fd = fd;
    }

    /// A new file of `byteSize` zeros in memory, which can be neither shortened nor lengthened.
    public static SharedFile create(String name, long byteSize) throws ErrnoException {
        SharedFile file = unsealed(name, byteSize);
        try {
            Libc.checked("fcntl", s -> (int) FCNTL.invokeExact(s, file.fd, ADD_SEALS, SEAL_SHRINK | SEAL_GROW));
            return file;
        } catch (ErrnoException e) {
            file.close();
            throw e;
        }
    }

    /// A new file of `byteSize` zeros in memory, whose length may change.
    public static SharedFile unsealed(String name, long byteSize) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(name);
            int fd = (int) Libc.checked("memfd_create", s -> (int) CREATE.invokeExact(s, path, CLOEXEC | ALLOW_SEALING));
            SharedFile file = new SharedFile(fd);
            try {
                file.truncate(byteSize);
                return file;
            } catch (ErrnoException e) {
                file.close();
                throw e;
            }
        }
    }

    /// A file that came from another process, under a descriptor of its own: the caller keeps `descriptor`.
    /// Errors: IOException when it is not a file with a length.
    public static SharedFile of(int descriptor) throws IOException {
        if (!Files.isRegularFile(Libc.path(descriptor))) {
            throw new IOException("the descriptor is not a file with a length");
        }
        return new SharedFile((int) Libc.checked("fcntl", s -> (int) FCNTL.invokeExact(s, descriptor, DUPLICATE_CLOEXEC, 0)));
    }

    /// The descriptor, which stays this object's.
    public int fd() {
        return fd;
    }

    /// The file's length at this moment, in bytes.
    public long byteSize() throws IOException {
        return Files.size(Libc.path(fd));
    }

    /// Changes the length. Errors: ErrnoException when a seal forbids it.
    public void truncate(long byteSize) throws ErrnoException {
        Libc.checked("ftruncate", s -> (int) TRUNCATE.invokeExact(s, fd, byteSize));
    }

    /// True when nobody can shorten the file.
    public boolean isSealed() {
        try {
            return (Libc.checked("fcntl", s -> (int) FCNTL.invokeExact(s, fd, GET_SEALS, 0)) & SEAL_SHRINK) != 0;
        } catch (ErrnoException e) {
            return false; // a file that knows no seals
        }
    }

    /// True when its pages are memory: no disk, no network and no other process has to answer before a byte can be read.
    public boolean isMemory() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(STATFS_BYTES, 8);
            Libc.checked("fstatfs", s -> (int) STATFS.invokeExact(s, fd, answer));
            long type = answer.get(JAVA_LONG, 0);
            return type == TMPFS || type == HUGETLBFS;
        }
    }

    /// Maps the first `byteSize` bytes for reading and writing, until `arena` is closed; the file may be closed before.
    public MemorySegment map(long byteSize, Arena arena) throws ErrnoException {
        long address = Libc.checked("mmap", s -> (long) MMAP.invokeExact(s, 0L, byteSize, READ_WRITE, SHARED, fd, 0L));
        return MemorySegment.ofAddress(address).reinterpret(byteSize, arena, SharedFile::unmap);
    }

    /// What stands behind the first `byteSize` bytes as long as this is open.
    /// Errors: IOException when the file has not so many. The seal is asked for before the length: a guest may shorten the file and
    /// seal it then, but not the other way round.
    public Backing backing(long byteSize) throws IOException {
        final boolean sealed = isSealed();
        final long there = byteSize();
        if (there < byteSize) {
            throw new IOException("the file has 0x%x bytes: want 0x%x".formatted(there, byteSize));
        }
        return sealed ? Backing.PROCESS : new Unsealed(byteSize, changed());
    }

    /// A file that can be shortened. That changes its time, there and back; so does the first store into a page, and no other.
    private final class Unsealed implements Backing {
        private final long needed;
        private FileTime last; // guarded by this

        Unsealed(long needed, FileTime last) {
            this.needed = needed;
            this.last = last;
        }

        @Override
        public boolean isIntact() {
            try {
                return byteSize() >= needed;
            } catch (IOException e) {
                return false;
            }
        }

        @Override
        public synchronized boolean hasChanged() {
            final FileTime before = last;
            last = changed();
            return last == null || !last.equals(before) || !isIntact();
        }
    }

    /// When its length, or something else than its pages, changed last; null when the system does not tell.
    private FileTime changed() {
        try {
            return (FileTime) Files.getAttribute(Libc.path(fd), "unix:ctime");
        } catch (IOException e) {
            return null;
        }
    }

    private static void unmap(MemorySegment mapping) {
        try {
            int ignored = (int) MUNMAP.invokeExact(mapping, mapping.byteSize());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
