// SPDX-License-Identifier: Apache-2.0
package vbus.testkit.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/// A client's end of a UNIX socket; it sends bytes with file descriptors.
///
/// Threads: one.
public final class UnixStream implements AutoCloseable {

    private static final MethodHandle SOCKET = Libc.function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle CONNECT = Libc.function("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SENDMSG = Libc.function("sendmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SHUTDOWN = Libc.function("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle RECV = Libc.function("recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

    private static final int STREAM_CLOEXEC = 1 | 0x80000;
    private static final int NO_MORE_WRITES = 1;
    private static final int NOSIGNAL = 0x4000;
    private static final int ADDRESS_BYTES = 110;
    private static final int HEADER_BYTES = 56;
    private static final int CONTROL_HEAD = 16;

    private final int fd;

    private UnixStream(int fd) {
        this.fd = fd;
    }

    /// Connects; null when nobody listens there.
    /// Errors: IllegalStateException when something else is in the way.
    public static UnixStream connect(Path path) {
        int fd = (int) Libc.checked("socket", s -> (int) SOCKET.invokeExact(s, 1, STREAM_CLOEXEC, 0));
        try (Arena arena = Arena.ofConfined()) {
            byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
            MemorySegment address = arena.allocate(ADDRESS_BYTES, 2);
            address.set(JAVA_SHORT, 0, (short) 1);
            MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
            long result = Libc.call(s -> (int) CONNECT.invokeExact(s, fd, address, ADDRESS_BYTES));
            if (result == 0) {
                return new UnixStream(fd);
            }
            Libc.close(fd);
            if (result == -Libc.ECONNREFUSED || result == -Libc.ENOENT) {
                return null;
            }
            throw new IllegalStateException("connect %s: errno %d".formatted(path, -result));
        }
    }

    /// Sends bytes and, with the first of them, descriptors; false when the other side is gone.
    public boolean send(byte[] bytes, int... fds) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment iovec = arena.allocate(16, 8);
            iovec.set(ADDRESS, 0, arena.allocateFrom(JAVA_BYTE, bytes));
            iovec.set(JAVA_LONG, 8, bytes.length);
            MemorySegment header = arena.allocate(HEADER_BYTES, 8);
            header.set(ADDRESS, 16, iovec);
            header.set(JAVA_LONG, 24, 1);
            if (fds.length > 0) {
                header.set(ADDRESS, 32, control(fds, arena));
                header.set(JAVA_LONG, 40, CONTROL_HEAD + 4L * fds.length);
            }
            return Libc.call(s -> (long) SENDMSG.invokeExact(s, fd, header, NOSIGNAL)) == bytes.length;
        }
    }

    private static MemorySegment control(int[] fds, Arena arena) {
        MemorySegment control = arena.allocate(CONTROL_HEAD + 4L * fds.length + 4, 8);
        control.set(JAVA_LONG, 0, CONTROL_HEAD + 4L * fds.length);
        control.set(JAVA_INT, 8, 1); // SOL_SOCKET
        control.set(JAVA_INT, 12, 1); // SCM_RIGHTS
        MemorySegment.copy(fds, 0, control, JAVA_INT, CONTROL_HEAD, fds.length);
        return control;
    }

    /// Nothing more will be sent; answers may still come.
    public void finish() {
        Libc.checked("shutdown", s -> (int) SHUTDOWN.invokeExact(s, fd, NO_MORE_WRITES));
    }

    /// Waits for exactly `length` bytes; null when the other side ended before.
    /// Errors: AssertionError when they do not come in time.
    public byte[] receive(int length, Duration deadline) {
        byte[] bytes = new byte[length];
        long end = System.nanoTime() + deadline.toNanos();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment part = arena.allocate(Math.max(1, length));
            for (int got = 0; got < length; ) {
                if (!Libc.poll(fd, end - System.nanoTime())) {
                    throw new AssertionError("%d of %d bytes within %s".formatted(got, length, deadline));
                }
                long want = length - got;
                int n = (int) Libc.call(s -> (long) RECV.invokeExact(s, fd, part, want, 0));
                if (n <= 0) {
                    return null; // the end, or a reset
                }
                MemorySegment.copy(part, JAVA_BYTE, 0, bytes, got, n);
                got += n;
            }
        }
        return bytes;
    }

    /// Waits for the other side's end; what it still says is thrown away. False when it does not end in time.
    public boolean ended(Duration deadline) {
        long end = System.nanoTime() + deadline.toNanos();
        while (Libc.poll(fd, end - System.nanoTime())) {
            if (receive(1, deadline) == null) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
