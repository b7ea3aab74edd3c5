// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.testkit.VhostRequest.GET_STATUS;
import static vbus.testkit.VhostRequest.NO_DESCRIPTOR;
import static vbus.testkit.VhostRequest.SET_VRING_CALL;
import static vbus.testkit.VhostRequest.SET_VRING_ENABLE;
import static vbus.testkit.VhostRequest.SET_VRING_KICK;
import static vbus.vhost.HandshakeTest.frame;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vbus.api.view.Event.Kind;
import vbus.testkit.GuestRam;
import vbus.testkit.VhostFrontend;
import vbus.testkit.VhostQueue;
import vbus.testkit.sys.Eventfd;

class VringTest {

    private static final Duration SHORT = Duration.ofMillis(50);
    private static final long NEEDS_RESET = 0x40;

    @TempDir
    Path folder;

    @Test
    void shouldTellThePositionWhereTheRingStoodStill() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            echo(card, 0, 5);

            assertEquals(5, card.position(0));
            assertEquals(5, card.position(1));
            assertEquals(5, card.position(1), "also when it stands still already");
        }
    }

    @Test
    void shouldGoOnFromThePositionThatIsSet() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            for (int round = 0; round < 5; round++) {
                echo(card, round, 100);
                assertArrayEquals(new int[] {100 * (round + 1), 100 * (round + 1)}, card.reset());
                card.restart();
            }
            assertEquals(List.of(), lab.bus.reports);
            assertEquals(1, lab.bus.channels.size(), "the session lives on");
        }
    }

    @Test
    void shouldNotStartARingAgainThatLostItsKick() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            card.reset(); // ends with SET_VRING_ENABLE 1
            card.send(frame(1));
            card.settle();

            assertFalse(lab.bus.channel().runs(0));
            assertFalse(lab.bus.channel().runs(1));
            assertNull(card.receive(SHORT));
        }
    }

    @Test
    void shouldStartAgainForADriverThatWasLoadedAgain() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            echo(card, 0, 3);
            card.reset();
            card.start();

            echo(card, 3, 300);
        }
    }

    @Test
    void shouldStandStillWhileDisabledAndLoseNothing() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            echo(card, 0, 2);
            card.enable(false);
            card.settle();
            card.send(frame(7));
            assertNull(card.receive(SHORT));

            card.enable(true);

            assertArrayEquals(frame(7), card.receive(Await.DEADLINE));
        }
    }

    @Test
    void shouldStartOneRingWithoutTheOther() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            card.wire().state(SET_VRING_ENABLE, 1, 0);
            card.settle();

            assertTrue(lab.bus.channel().runs(0));
            assertFalse(lab.bus.channel().runs(1));
        }
    }

    @Test
    void shouldRingTheCallEventfdThatWasSetLast() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card(); Eventfd next = new Eventfd()) {
            echo(card, 0, 1);
            card.wire().number(SET_VRING_CALL, 0, next.fd());
            card.settle();
            card.rx().call().take();

            card.send(frame(1));

            assertTrue(next.await(Await.DEADLINE));
            assertEquals(0, card.rx().call().take());
        }
    }

    @Test
    void shouldRingNobodyForAGuestThatPolls() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            card.wire().number(SET_VRING_CALL, NO_DESCRIPTOR);
            card.settle();
            card.rx().call().take();

            card.send(frame(1));
            Await.until("the frame is back", () -> card.rx().usedIndex() == 1);

            assertEquals(0, card.rx().call().take());
            card.wire().number(SET_VRING_CALL, 0, card.rx().call().fd());
            echo(card, 1, 0);
            card.send(frame(2));
            assertArrayEquals(frame(1), card.receive(Await.DEADLINE));
            assertArrayEquals(frame(2), card.receive(Await.DEADLINE));
        }
    }

    /// A lane may be ringing at this moment: would its number be closed, the write could reach what gets the number next.
    @Test
    void shouldExchangeTheCallEventfdBehindItsNumber() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card(); Eventfd next = new Eventfd()) {
            card.settle();
            Set<String> before = OpenFds.eventfds();
            card.wire().number(SET_VRING_CALL, 0, next.fd());
            card.settle();

            assertEquals(before, OpenFds.eventfds());
        }
    }

    @Test
    void shouldTakeANewKickWhileTheRingRuns() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card(); Eventfd kick = new Eventfd()) {
            echo(card, 0, 4);
            card.wire().number(SET_VRING_KICK, 1, kick.fd());

            echo(card, 4, 4);
            assertEquals(8, card.position(1));
        }
    }

    @Test
    void shouldGoOnWithTheGuestsRingsWhenTheFrontendComesBack() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            for (int round = 0; round < 5; round++) {
                echo(card, round, 50);
                card.disconnect();
                lab.bus.channels.forEach(c -> Await.until("session closed", c::isClosed));
                card.send(frame(round));
                card.connect(lab.path, Await.DEADLINE);
                card.negotiate();
                card.restart();
                assertArrayEquals(frame(round), card.receive(Await.DEADLINE), "what was sent meanwhile");
            }
            assertEquals(List.of(), lab.bus.reports);
            assertEquals(6, lab.bus.channels.size());
        }
    }

    @Test
    void shouldSignalABrokenSessionAndServeAgainAfterTheGuestsReset() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            echo(card, 0, 2);
            card.tx().descriptor(9, 0xdead_0000L, 64, 0, 0);
            card.tx().offer(9);

            assertTrue(card.tx().err().await(Await.DEADLINE));
            assertTrue(card.rx().err().await(Await.DEADLINE));
            assertEquals(NEEDS_RESET, card.wire().ask(GET_STATUS) & NEEDS_RESET);

            card.reset();
            card.start();
            assertEquals(0, card.wire().ask(GET_STATUS) & NEEDS_RESET);
            echo(card, 0, 10);
            assertEquals(2, lab.bus.channels.size());
            assertEquals(1, lab.bus.openChannels());
        }
    }

    @Test
    void shouldServeABrokenSessionAgainWhenAllRingsStoodStill() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            lab.bus.channel().fail("a test");
            card.position(0);
            card.wire().number(SET_VRING_KICK, 0, card.rx().kick().fd());
            card.settle();
            assertEquals(1, lab.bus.channels.size(), "one ring still stands on the broken session");

            card.position(1);
            card.wire().number(SET_VRING_KICK, 1, card.tx().kick().fd());

            echo(card, 0, 10);
            assertEquals(2, lab.bus.channels.size());
        }
    }

    @Test
    void shouldServeAgainWhenTheEventOfABrokenSessionIsLate() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            card.reset();
            lab.bus.channel().failLater();
            card.start();
            echo(card, 0, 10);

            assertEquals(2, lab.bus.channels.size());
            assertEquals(List.of(), lab.bus.reports);
        }
    }

    @Test
    void shouldBreakOnlyTheSessionOfAGuestWithAHostileRing() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            for (Runnable attack : attacks(card.tx())) {
                card.reset();
                card.start();
                attack.run();
                assertTrue(card.tx().err().await(Await.DEADLINE));
            }
            card.reset();
            card.start();
            echo(card, 0, 5);
            assertEquals(0, lab.bus.reports.stream().filter(r -> r.kind() == Kind.PROTOCOL).count());
        }
    }

    private static List<Runnable> attacks(VhostQueue tx) {
        return List.of(
            () -> tx.availIndex(5000),
            () -> tx.offer(40000),
            () -> {
                tx.descriptor(0, GuestRam.guest(0), 64, VhostQueue.NEXT, 0); // a circle
                tx.offer(0);
            },
            () -> {
                tx.descriptor(0, GuestRam.guest(0), -1, 0, 0);
                tx.offer(0);
            },
            () -> {
                tx.descriptor(0, GuestRam.user(0), 64, 0, 0);
                tx.offer(0);
            });
    }

    private static void echo(VhostFrontend card, int first, int frames) {
        for (int i = first; i < first + frames; i++) {
            assertTrue(card.send(frame(i)));
            assertArrayEquals(frame(i), card.receive(Await.DEADLINE), "frame " + i);
        }
    }
}
