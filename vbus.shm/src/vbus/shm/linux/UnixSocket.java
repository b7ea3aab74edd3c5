// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A stream socket of the UNIX family whose messages carry file descriptors.
///
/// Threads: one that waits in `accept`, `receive` or `send` and closes the socket at last; any may `shutdown`, which ends its
/// wait.
public final class UnixSocket implements AutoCloseable {

    /// The longest path of a socket in bytes. @spec Linux unix(7): sun_path has 108, one of them ends the path
    public static final int MAX_PATH_BYTES = 107;

    private static final MethodHandle SOCKET = Libc.function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = Libc.function("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CONNECT = Libc.function("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle LISTEN = Libc.function("listen", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle ACCEPT = Libc.function("accept4", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle RECVMSG = Libc.function("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SENDMSG = Libc.function("sendmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
        Libc.function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SETSOCKOPT =
        Libc.function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle POLL = Libc.function("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SHUTDOWN = Libc.function("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);

    private static final short AF_UNIX = 1;
    private static final int STREAM = 1;
    private static final int NONBLOCK = 0x800;
    private static final int CLOEXEC = 0x80000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int BOTH_WAYS = 2;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int CREDENTIALS_BYTES = 12;
    private static final int SO_SNDTIMEO = 21;
    private static final short POLLIN = 1;

    /// Who is at the other end, as the kernel knows it: at the moment of its connect.
    public record Peer(int pid, int uid, int gid) { }

    private final int fd;
    private boolean isShut;
    private boolean isClosed;

    private UnixSocket(int fd) {
        this.fd = fd;
    }

    /// A socket that owns `path` in the file system and does not listen yet.
    public static UnixSocket bind(Path path) throws ErrnoException {
        UnixSocket socket = open(0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(path, arena);
            Libc.checked("bind", s -> (int) BIND.invokeExact(s, socket.fd, address, (int) address.byteSize()));
            return socket;
        } catch (ErrnoException e) {
            socket.close();
            throw e;
        }
    }

    /// A socket that is connected to who listens at `path`. Waits while too many others wait to be accepted there.
    public static UnixSocket connect(Path path) throws ErrnoException {
        return connect(path, 0);
    }

    /// The same; `connect`, and each `send` later, fails when the other side lets it wait for so long. 0: for ever.
    public static UnixSocket connect(Path path, int timeoutMillis) throws ErrnoException {
        UnixSocket socket = open(0);
        try (Arena arena = Arena.ofConfined()) {
            socket.sendTimeout(timeoutMillis);
            MemorySegment address = address(path, arena);
            Libc.checked("connect", s -> (int) CONNECT.invokeExact(s, socket.fd, address, (int) address.byteSize()));
            return socket;
        } catch (ErrnoException e) {
            socket.close();
            throw e;
        }
    }

    /// False when the file at `path` is a socket that nobody listens on.
    public static boolean answers(Path path) throws ErrnoException {
        try (UnixSocket socket = open(NONBLOCK); Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(path, arena);
            Libc.checked("connect", s -> (int) CONNECT.invokeExact(s, socket.fd, address, (int) address.byteSize()));
            return true;
        } catch (ErrnoException e) {
            return e.errno() != ErrnoException.ECONNREFUSED; // else somebody is busy, or somebody else's
        }
    }

    /// Lets up to `waiting` peers wait for an accept.
    public void listen(int waiting) throws ErrnoException {
        Libc.checked("listen", s -> (int) LISTEN.invokeExact(s, fd, waiting));
    }

    /// Waits for a peer. Errors: ErrnoException also after a shutdown.
    public UnixSocket accept() throws ErrnoException {
        return new UnixSocket((int) Libc.checked("accept",
            s -> (int) ACCEPT.invokeExact(s, fd, MemorySegment.NULL, MemorySegment.NULL, CLOEXEC)));
    }

    /// Waits for bytes, and for the descriptors that came with them: 1 to `into.byteSize()` bytes, 0 at the peer's end or after a
    /// shutdown.
    public int receive(MemorySegment into, Fds fds) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MessageHeader header = new MessageHeader(into, arena);
            long n = Libc.checked("recvmsg", s -> (long) RECVMSG.invokeExact(s, fd, header.segment(), MSG_CMSG_CLOEXEC));
            header.descriptors(fds);
            return (int) n;
        }
    }

    /// Sends all of it, and the descriptors, which stay the caller's, with its first byte.
    public void send(MemorySegment bytes, int... fds) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            for (long at = 0; at < bytes.byteSize(); ) {
                MessageHeader header = new MessageHeader(bytes.asSlice(at), arena, at == 0 ? fds : new int[0]);
                at += Libc.checked("sendmsg", s -> (long) SENDMSG.invokeExact(s, fd, header.segment(), MSG_NOSIGNAL));
            }
        }
    }

    /// Waits until there is something to receive, the end included; false when nothing came in time.
    public boolean isReadable(int timeoutMillis) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(8, 4);
            one.set(JAVA_INT, 0, fd);
            one.set(JAVA_SHORT, 4, POLLIN);
            return Libc.checked("poll", s -> (int) POLL.invokeExact(s, one, 1L, timeoutMillis)) > 0;
        }
    }

    /// A `send` fails when the peer takes nothing for so long.
    public void sendTimeout(int millis) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(16, 8); // timeval: seconds, microseconds
            time.set(JAVA_LONG, 0, millis / 1000);
            time.set(JAVA_LONG, 8, millis % 1000 * 1000L);
            Libc.checked("setsockopt", s -> (int) SETSOCKOPT.invokeExact(s, fd, SOL_SOCKET, SO_SNDTIMEO, time, 16));
        }
    }

    /// Who connected. @spec Linux unix(7), SO_PEERCRED
    public Peer peer() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment credentials = arena.allocate(CREDENTIALS_BYTES, 4);
            MemorySegment length = arena.allocateFrom(JAVA_INT, CREDENTIALS_BYTES);
            Libc.checked("getsockopt", s -> (int) GETSOCKOPT.invokeExact(s, fd, SOL_SOCKET, SO_PEERCRED, credentials, length));
            return new Peer(credentials.get(JAVA_INT, 0), credentials.get(JAVA_INT, 4), credentials.get(JAVA_INT, 8));
        }
    }

    /// Ends all waiting on this socket, now and later. Does not block.
    public synchronized void shutdown() {
        isShut = true;
        if (isClosed) {
            return;
        }
        try {
            Libc.checked("shutdown", s -> (int) SHUTDOWN.invokeExact(s, fd, BOTH_WAYS));
        } catch (ErrnoException e) {
            // the peer was quicker
        }
    }

    /// True when this side asked for the end.
    public synchronized boolean isShut() {
        return isShut;
    }

    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            Libc.close(fd);
        }
    }

    private static UnixSocket open(int flags) throws ErrnoException {
        return new UnixSocket((int) Libc.checked("socket",
            s -> (int) SOCKET.invokeExact(s, (int) AF_UNIX, STREAM | CLOEXEC | flags, 0)));
    }

    /// A path as the kernel sees it.
    public static byte[] bytes(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// A sockaddr_un: the family u16, then the path, which a zero ends.
    private static MemorySegment address(Path path, Arena arena) {
        byte[] bytes = bytes(path);
        if (bytes.length > MAX_PATH_BYTES) {
            throw new IllegalArgumentException("socket path of %d bytes: want at most %d"
                .formatted(bytes.length, MAX_PATH_BYTES));
        }
        MemorySegment address = arena.allocate(2 + MAX_PATH_BYTES + 1, 2);
        address.set(JAVA_SHORT, 0, AF_UNIX);
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, address, 2, bytes.length);
        return address;
    }
}
