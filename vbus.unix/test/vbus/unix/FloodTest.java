// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vbus.unix.guest.UnixGuest;
import vbus.unix.protocol.BusCall;
import vbus.unix.protocol.Request;
import vbus.unix.protocol.SlotLayout;

/// Guests that ask too much, or nothing at all: the others go on.
class FloodTest {

    private static final long NANOS = 300_000_000;

    @TempDir
    Path folder;

    private interface Flood {
        void once(RawGuest guest);
    }

    private void shouldServeOthersDuring(Flood flood) {
        try (Lab lab = Lab.listening(folder)) {
            try (UnixGuest other = lab.guest("other"); Echo echo = Echo.of(other); RawGuest guest = lab.raw().attach("flood")) {
                guest.open();
                assertEquals(0, guest.slot(0, RawGuest.SLOT, guest.host.fd(), guest.wake.fd()), guest.text);
                AtomicBoolean over = new AtomicBoolean();
                Thread flooding = Thread.ofPlatform().daemon().start(() -> {
                    while (!over.get()) {
                        flood.once(guest);
                    }
                });
                int calls = 0;
                for (long end = System.nanoTime() + NANOS; System.nanoTime() < end; calls++) {
                    echo.call(10);
                }
                over.set(true);
                Await.until("the flood is over", () -> !flooding.isAlive());
                assertTrue(calls > 20, "calls beside the flood: " + calls);
            }
            lab.awaitQuiet();
        }
    }

    @Test
    void shouldServeOthersDuringAFloodOfRequests() {
        shouldServeOthersDuring(g -> g.ask(Request.FORGET, m -> m.set(0, 1L)));
    }

    @Test
    void shouldServeOthersDuringAFloodOfPokes() {
        shouldServeOthersDuring(g -> g.send(Request.EVENTS));
    }

    @Test
    void shouldServeOthersDuringAFloodOfKicks() {
        shouldServeOthersDuring(g -> {
            g.kick.ring();
            g.host.ring();
        });
    }

    @Test
    void shouldServeOthersDuringAFloodOfCalls() {
        shouldServeOthersDuring(g -> {
            MemorySegment slot = g.at(RawGuest.SLOT, SlotLayout.BYTES);
            slot.set(SlotLayout.INT, SlotLayout.VECTOR, BusCall.DEVQUERY);
            SlotLayout.state(slot, SlotLayout.REQUEST);
        });
    }

    /// Its eventfds are full and would have a writer wait: neither its call slot nor its events may wait for it.
    @Test
    void shouldNotWaitForAGuestWhoseEventfdsAreStoppedUp() {
        try (Lab lab = Lab.listening(folder)) {
            try (UnixGuest other = lab.guest("other"); Echo echo = Echo.of(other); RawGuest guest = lab.raw().attach("stopped")) {
                guest.open();
                guest.inbox.lend(RawGuest.COUNT);
                guest.shm(4, RawGuest.DATA, 64, 16, 2, 4);
                OddFds.stopUp(guest.wake.fd());
                FakeDevice device = lab.bus.member("guests/stopped").device();
                Thread lane = Thread.ofPlatform().daemon().start(() -> {
                    for (int i = 0; i < 100; i++) {
                        guest.inbox.take();
                        device.pool(4).guest().ring();
                    }
                });
                Await.until("the lane is not held up", () -> !lane.isAlive());
                echo.call(10);
            }
            lab.awaitQuiet();
        }
    }

    @Test
    void shouldServeOthersWhileAGuestIsStopped() throws Exception {
        try (Lab lab = Lab.listening(folder)) {
            try (UnixGuest other = lab.guest("other"); Echo echo = Echo.of(other); GuestJvm kid = new GuestJvm(lab.path, "kid").going()) {
                signal("STOP", kid.pid());
                FakeDevice device = lab.bus.member("guests/kid").device();
                for (int i = 0; i < 2000; i++) {
                    echo.call(10);
                    device.pool(0).guest().ring();
                }
                signal("CONT", kid.pid());
                String said = kid.end();
                assertTrue(said.startsWith("frames="), said);
            }
            lab.awaitQuiet();
        }
    }

    private static void signal(String name, long pid) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).inheritIO().start();
        assertTrue(kill.waitFor(10, TimeUnit.SECONDS));
        assertEquals(0, kill.exitValue());
    }
}
