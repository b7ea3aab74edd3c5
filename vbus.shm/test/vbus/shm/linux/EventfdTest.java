// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EventfdTest {

    private static final MethodHandle FCNTL = Libc.variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle READ = Libc.function("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle WRITE = Libc.function("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final int SET_FLAGS = 4;
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    /// A peer's eventfd as it comes with a message: this process has a descriptor of the peer's open file.
    private static Eventfd from(Eventfd peers) throws IOException {
        try (Fds fds = new Fds(); Eventfd copy = peers.duplicate()) {
            fds.add((int) Libc.checked("fcntl", s -> (int) FCNTL.invokeExact(s, copy.fd(), 1030, 0)));
            return Eventfd.of(fds);
        }
    }

    private static long counter(Eventfd eventfd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_LONG);
            Libc.checked("read", s -> (long) READ.invokeExact(s, eventfd.fd(), count, 8L));
            return count.get(JAVA_LONG, 0);
        }
    }

    private static void add(Eventfd eventfd, long count) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(JAVA_LONG, count);
            Libc.checked("write", s -> (long) WRITE.invokeExact(s, eventfd.fd(), bytes, 8L));
        }
    }

    @Test
    void shouldCountEachRing() throws IOException {
        try (Eventfd peers = Eventfd.create(); Eventfd ours = from(peers); Eventfd second = ours.duplicate()) {
            for (int i = 0; i < 10_000; i++) { // more than completions that may wait
                ours.ring();
            }
            second.ring();
            peers.ring();

            assertEquals(10_002, counter(peers));
        }
    }

    @Test
    void shouldNotWaitForAPeerThatFilledItsCounterAndHasWritesWait() throws IOException {
        try (Eventfd peers = Eventfd.create(); Eventfd ours = from(peers)) {
            Libc.checked("fcntl", s -> (int) FCNTL.invokeExact(s, peers.fd(), SET_FLAGS, 0)); // for all who share the open file
            add(peers, 0xffff_ffff_ffff_fffeL);

            assertTimeoutPreemptively(DEADLINE, () -> {
                for (int i = 0; i < 1000; i++) {
                    ours.ring();
                }
            });
        }
    }

    @Test
    void shouldWakeAnEpollThatWatchesIt() throws IOException {
        try (Eventfd peers = Eventfd.create(); Eventfd ours = from(peers); Epoll epoll = new Epoll()) {
            epoll.add(peers.fd());
            epoll.await(0); // takes the edge that there may be from adding it

            ours.ring();

            assertTimeoutPreemptively(DEADLINE, () -> epoll.await(-1));
        }
    }
}
