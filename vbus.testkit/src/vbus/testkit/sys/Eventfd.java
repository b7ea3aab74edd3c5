// SPDX-License-Identifier: Apache-2.0
package vbus.testkit.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import vbus.shm.Doorbell;

/// An eventfd.
///
/// Threads: any; `close` last.
public final class Eventfd implements Doorbell, AutoCloseable {

    private static final MethodHandle EVENTFD = Libc.function("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle READ = Libc.function("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle WRITE = Libc.function("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final int NONBLOCK = 0x800;
    private static final int CLOEXEC = 0x80000;

    private final int fd = (int) Libc.checked("eventfd", s -> (int) EVENTFD.invokeExact(s, 0, NONBLOCK | CLOEXEC));

    /// The descriptor, which stays this object's.
    public int fd() {
        return fd;
    }

    @Override
    public void ring() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
            Libc.checked("write", s -> (long) WRITE.invokeExact(s, fd, one, 8L));
        }
    }

    /// Waits until it was rung, and forgets it; false when nobody rang in time.
    public boolean await(Duration deadline) {
        return Libc.poll(fd, deadline.toNanos()) && take() > 0;
    }

    /// How often it was rung since it was asked last.
    public long take() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_LONG);
            return Libc.call(s -> (long) READ.invokeExact(s, fd, count, 8L)) < 0 ? 0 : count.get(JAVA_LONG, 0);
        }
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
