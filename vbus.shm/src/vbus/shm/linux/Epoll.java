// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Sleep until a file descriptor is written or somebody calls `wake`.
///
/// Descriptors are watched edge-triggered and never read: a guest that reads its own eventfd away can not block the sleeper.
///
/// Threads: `await` from one thread; `add`, `remove` and `wake` from any.
/// @spec Linux epoll(7), eventfd(2)
@SuppressWarnings("restricted") // native access is what this package is for
public final class Epoll implements AutoCloseable {

    private static final int CLOEXEC = 0x80000;
    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int READABLE_EDGE = 0x1 | 1 << 31; // EPOLLIN | EPOLLET
    private static final int EVENTS = 64;
    private static final int EVENT_BYTES = 12;

    private static final MethodHandle CREATE = Libc.function("epoll_create1", JAVA_INT, JAVA_INT);
    private static final MethodHandle CONTROL = Libc.function("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle WAIT =
        Libc.bare("epoll_wait", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment events = arena.allocate((long) EVENTS * EVENT_BYTES, 8);
    private final int epoll;
    private final Eventfd waker;
    private boolean closed; // guarded by this: nobody writes to a number that may be another file's by now

    public Epoll() throws IOException {
        waker = Eventfd.create();
        try {
            epoll = (int) Libc.checked("epoll_create1", s -> (int) CREATE.invokeExact(s, CLOEXEC));
        } catch (IOException e) {
            waker.close();
            throw e;
        }
        add(waker.fd());
    }

    /// Watches a descriptor. Errors: IOException for one that can not be polled, such as a regular file.
    public void add(int fd) throws IOException {
        control("add", ADD, fd);
    }

    /// Forgets a descriptor, which is still open.
    public void remove(int fd) throws IOException {
        control("remove", DELETE, fd);
    }

    /// Sleeps until something happens, at most `timeoutMillis`; -1 for ever.
    public void await(int timeoutMillis) {
        try {
            int ready = (int) WAIT.invokeExact(epoll, events, EVENTS, timeoutMillis);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// Ends the `await` of this moment, or the next one.
    public synchronized void wake() {
        if (!closed) {
            waker.ring();
        }
    }

    /// Ends it; nobody is in `await`. A later `wake` is nothing, a later `add` fails.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        waker.close();
        Libc.close(epoll);
        arena.close();
    }

    private synchronized void control(String what, int operation, int fd) throws IOException {
        if (closed) {
            throw new IOException("epoll_ctl " + what + " " + fd + ": closed");
        }
        try (Arena a = Arena.ofConfined()) {
            MemorySegment event = a.allocate(EVENT_BYTES, 8);
            event.set(JAVA_INT, 0, READABLE_EDGE);
            event.set(JAVA_INT_UNALIGNED, 4, fd);
            Libc.checked("epoll_ctl " + what + " " + fd, s -> (int) CONTROL.invokeExact(s, epoll, operation, fd, event));
        }
    }
}
