// SPDX-License-Identifier: Apache-2.0
package vbus.core.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// Sleep until a file descriptor is written or somebody calls `wake`.
///
/// Descriptors are watched edge-triggered and never read: a guest that reads its own eventfd away can not block the lane.
///
/// Threads: `await` from one thread; `add`, `remove` and `wake` from any.
/// @spec Linux epoll(7), eventfd(2)
public final class Epoll implements AutoCloseable {

    private static final int CLOEXEC = 0x80000;
    private static final int NONBLOCK = 0x800;
    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int READABLE_EDGE = 0x1 | 1 << 31; // EPOLLIN | EPOLLET
    private static final int EVENTS = 64;
    private static final int EVENT_BYTES = 12;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_VALUE =
        Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle CREATE = call("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT), ERRNO);
    private static final MethodHandle CONTROL =
        call("epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), ERRNO);
    private static final MethodHandle WAIT =
        call("epoll_wait", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle EVENTFD = call("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), ERRNO);
    private static final MethodHandle WRITE = call("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment events = arena.allocate((long) EVENTS * EVENT_BYTES, 8);
    private final MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
    private final int epoll;
    private final int waker;
    private boolean closed; // guarded by this: nobody writes to a number that may be another file's by now

    public Epoll() throws IOException {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment state = a.allocate(Linker.Option.captureStateLayout());
            epoll = check("epoll_create1", (int) CREATE.invokeExact(state, CLOEXEC), state);
            waker = check("eventfd", (int) EVENTFD.invokeExact(state, 0, CLOEXEC | NONBLOCK), state);
        } catch (IOException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
        add(waker);
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
        if (closed) {
            return;
        }
        try {
            long written = (long) WRITE.invokeExact(waker, one, 8L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /// Ends it; nobody is in `await`. A later `wake` is nothing, a later `add` fails.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            int first = (int) CLOSE.invokeExact(waker);
            int second = (int) CLOSE.invokeExact(epoll);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
        arena.close();
    }

    private synchronized void control(String what, int operation, int fd) throws IOException {
        if (closed) {
            throw new IOException("epoll_ctl " + what + " " + fd + ": closed");
        }
        try (Arena a = Arena.ofConfined()) {
            MemorySegment state = a.allocate(Linker.Option.captureStateLayout());
            MemorySegment event = a.allocate(EVENT_BYTES, 8);
            event.set(JAVA_INT, 0, READABLE_EDGE);
            event.set(JAVA_INT_UNALIGNED, 4, fd);
            check("epoll_ctl " + what + " " + fd, (int) CONTROL.invokeExact(state, epoll, operation, fd, event), state);
        } catch (IOException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static int check(String what, int result, MemorySegment state) throws IOException {
        if (result < 0) {
            throw new IOException(what + ": errno " + (int) ERRNO_VALUE.get(state, 0L));
        }
        return result;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle call(String name, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(), type, options);
    }
}
