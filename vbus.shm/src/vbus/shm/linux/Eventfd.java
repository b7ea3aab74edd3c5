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
import vbus.shm.Doorbell;

/// An eventfd as a doorbell: of this process, or one that came from another.
///
/// Ownership: holds its descriptor until `close`; nobody rings it any more by then.
/// Threads: `ring` from any thread, also while `become` runs; the others from one thread at a time.
@SuppressWarnings("restricted") // native access is what this package is for
public final class Eventfd implements Doorbell, AutoCloseable {

    private static final MethodHandle WRITE = Libc.bare("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle EVENTFD = Libc.function("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle DUP3 = Libc.function("dup3", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle FCNTL = Libc.variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final int GET_FLAGS = 3;
    private static final int SET_FLAGS = 4;
    private static final int DUPLICATE_CLOEXEC = 1030;
    private static final int NONBLOCK = 0x800;
    private static final int CLOEXEC = 0x80000;
    private static final MemorySegment ONE = Arena.ofAuto().allocate(JAVA_LONG);

    static {
        ONE.set(JAVA_LONG, 0, 1);
    }

    private final int fd;
    private final Completion completion;

    /// @param completion rings the eventfd of a peer; null for one of this process
    private Eventfd(int fd, Completion completion) {
        this.fd = fd;
        this.completion = completion;
    }

    /// A new one, to be given to another process.
    public static Eventfd create() throws ErrnoException {
        return new Eventfd((int) Libc.checked("eventfd", s -> (int) EVENTFD.invokeExact(s, 0, CLOEXEC | NONBLOCK)), null);
    }

    /// True when the descriptor is an eventfd. A pipe or a socket in its place could block who rings it.
    public static boolean is(int fd) {
        try {
            return Files.readSymbolicLink(Libc.path(fd)).toString().equals("anon_inode:[eventfd]");
        } catch (IOException e) {
            return false;
        }
    }

    /// Takes the first descriptor of a message.
    public static Eventfd of(Fds fds) throws ErrnoException {
        return of(fds, 0);
    }

    /// Takes a descriptor of a message. A peer that fills its counter must not stop the lane that rings it: the flag that says so
    /// is set, but it is the peer's, too, so that `ring` does not depend on it where the system can do without, see [Completion].
    public static Eventfd of(Fds fds, int index) throws ErrnoException {
        int fd = fds.get(index);
        int flags = (int) Libc.checked("fcntl", s -> (int) FCNTL.invokeExact(s, fd, GET_FLAGS, 0));
        if ((flags & NONBLOCK) == 0) {
            Libc.checked("fcntl", s -> (int) FCNTL.invokeExact(s, fd, SET_FLAGS, flags | NONBLOCK));
        }
        return new Eventfd(fds.take(index), Completion.of(fd));
    }

    /// The same eventfd under one more descriptor: an epoll, for one, knows each descriptor once.
    public Eventfd duplicate() throws ErrnoException {
        int copy = (int) Libc.checked("fcntl", s -> (int) FCNTL.invokeExact(s, fd, DUPLICATE_CLOEXEC, 0));
        return new Eventfd(copy, completion == null ? null : Completion.of(copy));
    }

    /// The descriptor, which stays this object's.
    public int fd() {
        return fd;
    }

    /// Adds one to the counter. A full counter says the same already, so the result does not matter.
    @Override
    public void ring() {
        if (completion != null) {
            completion.run();
            return;
        }
        try {
            long ignored = (long) WRITE.invokeExact(fd, ONE, 8L);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /// Rings what `other` rings from now on, and takes its descriptor over; both are a peer's, or both this process's.
    ///
    /// The file behind the number is exchanged in one step, and the number stays: who is just ringing reaches the old eventfd or
    /// the new one, and never a descriptor that was closed and then given to something else.
    public void become(Eventfd other) throws ErrnoException {
        try (other) {
            Libc.checked("dup3", s -> (int) DUP3.invokeExact(s, other.fd, fd, CLOEXEC));
        }
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
