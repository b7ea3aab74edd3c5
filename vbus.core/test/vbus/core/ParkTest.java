// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.core.SessionTest.refused;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.view.Event;
import vbus.shm.Ring;

/// A device's code is replaced while guests have it open.
class ParkTest {

    private final Bench bench = Bench.linked(Bench.LONG);
    private final TestDevice.Steps steps = new TestDevice.Steps();
    private final TestDevice first = new TestDevice(steps);
    private final TestDevice second = new TestDevice(steps);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private TestGuest alice;
    private TestGuest bob;

    @BeforeEach
    void begin() {
        bench.up(first);
        alice = bench.guest("alice");
        bob = bench.guest("bob");
    }

    @AfterEach
    void end() {
        goOn.countDown();
        bench.close();
    }

    private static List<Long> upTo(int numbers) {
        return LongStream.range(0, numbers).boxed().toList();
    }

    @Test
    void shouldResumeAtTheSameRingPosition() {
        var session = alice.open();
        var ring = session.ring(0, 0);
        ring.send(20);
        Await.that("20 numbers", () -> steps.numbers("alice").size() == 20);
        int position = first.rings.getFirst().position();
        bench.park();
        ring.send(10);
        assertEquals(20, steps.numbers("alice").size());

        bench.up(second);

        Await.that("30 numbers", () -> steps.numbers("alice").size() == 30);
        ring.send(10);
        Await.that("40 numbers", () -> steps.numbers("alice").size() == 40);
        assertEquals(upTo(40), steps.numbers("alice"), "none lost, none twice, in order");
        assertEquals(20 % 16, position);
        assertSame(first.rings.getFirst(), second.rings.getFirst());
        assertEquals(List.of(), session.events.heard);
        assertEquals(List.of("+0"), alice.heard);
        assertEquals(1, bench.count(Event.Kind.PARKED));
        assertEquals(1, bench.count(Event.Kind.RESUMED));
    }

    @Test
    void shouldReplayRegistrationsInTheirOrderAndGiveTheSnapshot() {
        var session = alice.open();
        session.pool(TestDevice.POOL);
        var gone = session.ring(5, 0);
        session.ring(3, 0);
        session.ring(1, 0);
        gone.registration.close();
        int before = steps.done.size();

        bench.park();
        bench.up(second);

        assertEquals(List.of("park alice", "unlink lab", "link lab", "open alice", "shm alice 9", "shm alice 3", "shm alice 1"),
            steps.done.subList(before, steps.done.size()));
        assertEquals(8, second.sessions.getFirst().snapshot().length);
        assertSame(null, first.sessions.getFirst().snapshot());
        assertEquals("alice", second.sessions.getFirst().guest());
        assertEquals("lab", second.sessions.getFirst().bus());
        assertEquals(1, second.sessions.getFirst().version());
    }

    @Test
    void shouldParkAndResumeOverAndOver() {
        var ring = alice.open().ring(0, 0);
        for (int i = 1; i <= 50; i++) {
            ring.send(3);
            bench.park();
            ring.send(3);
            bench.up(new TestDevice(steps));
            int numbers = 6 * i;
            Await.that(numbers + " numbers", () -> steps.numbers("alice").size() == numbers);
        }
        assertEquals(upTo(300), steps.numbers("alice"));
    }

    @Test
    void shouldLoseNothingWhileAGuestSendsThroughManyUpdates() {
        var session = alice.open();
        var ring = session.ring(0, 0);
        var sends = Await.begun(() -> ring.send(20_000));
        int updates = 0;
        while (!sends.isDone()) {
            bench.park();
            bench.up(new TestDevice(steps));
            updates++;
        }
        Await.end(sends);
        Await.that("all numbers", () -> steps.numbers("alice").size() == 20_000);
        assertEquals(upTo(20_000), steps.numbers("alice"));
        assertTrue(updates > 5, "only " + updates + " updates");
        assertEquals(List.of(), session.events.heard);
    }

    @Test
    void shouldResumeAllSessionsBeforeAnyWorkRuns() {
        List<TestGuest.Sender> rings = List.of(alice.open().ring(0, 0), bob.open().ring(0, 0));
        bench.park();
        rings.forEach(r -> r.send(5));
        int before = steps.done.size();
        second.on("open", () -> bench.lane.run(() -> { })); // the lane had its chance

        bench.up(second);

        Await.that("all numbers", () -> steps.numbers("alice").size() == 5 && steps.numbers("bob").size() == 5);
        List<String> after = steps.done.subList(before, steps.done.size());
        assertEquals(List.of("link lab", "open alice", "shm alice 0", "open bob", "shm bob 0"), after.subList(0, 5));
    }

    @Test
    void shouldResumeAllSessionsBeforeANewOneIsOpened() {
        alice.open();
        bench.park();
        second.on("open alice", () -> SessionTest.await(goOn));
        var up = Await.begun(() -> bench.up(second));
        Await.that("alice is resumed", () -> steps.count("open alice") == 2);
        var open = Await.begun(() -> bob.open());
        open.awaitBlocked();
        assertEquals(0, steps.count("open bob"));
        goOn.countDown();
        Await.end(up);
        assertEquals(3, Await.end(open).call(TestDevice.SIZE, 3));
    }

    @Test
    void shouldHaveAnOpenWaitForTheNewCode() {
        bench.park();
        var open = Await.begun(() -> alice.open());
        Await.that("a session", () -> bench.backplane.guests().toString().contains("parked"));
        bench.up(second);
        assertEquals(7, Await.end(open).call(TestDevice.SIZE, 7));
        assertEquals(1, second.sessions.size());
        assertEquals(null, second.sessions.getFirst().snapshot());
    }

    @Test
    void shouldTellAnOpenThatWaitedWhatTheNewCodeSays() {
        bench.park();
        second.on("open alice", () -> {
            throw new VbusException(Status.NO_SPACE, "no port is free");
        });
        var open = Await.begun(() -> alice.open());
        Await.that("a session", () -> bench.backplane.guests().toString().contains("parked"));
        bench.up(second);
        assertEquals("no port is free", refused(Status.NO_SPACE, () -> Await.end(open)).getMessage());
        assertEquals(0, bench.count(Event.Kind.BROKEN), "what was never open does not break");
        second.on("open alice", () -> { });
        alice.open();
    }

    @Test
    void shouldHaveACallAndARegistrationWaitForTheNewCode() {
        var session = alice.open();
        bench.park();
        var call = Await.begun(() -> session.call(TestDevice.SIZE, 9));
        var pool = Await.begun(() -> session.pool(TestDevice.POOL));
        call.awaitBlocked();
        assertFalse(pool.isDone());

        bench.up(second);

        assertEquals(9, Await.end(call));
        Await.end(pool);
        assertTrue(steps.done.indexOf("call alice 0") > steps.done.lastIndexOf("open alice"));
    }

    @Test
    void shouldTellACallThatIsInterruptedWhileItWaits() {
        var session = alice.open();
        bench.park();
        Thread.currentThread().interrupt();
        refused(Status.TIMED_OUT, () -> session.call(TestDevice.SIZE, 9));
        assertTrue(Thread.interrupted());
        bench.up(second);
        assertEquals(9, session.call(TestDevice.SIZE, 9));
    }

    @Test
    void shouldParkEverySessionOfAnInterruptedThread() {
        var session = alice.open();
        Thread.currentThread().interrupt();
        bench.park();
        bench.up(second);
        assertTrue(Thread.interrupted());
        assertEquals(9, session.call(TestDevice.SIZE, 9));
    }

    @Test
    void shouldCloseASessionWhileItIsParked() {
        var session = alice.open();
        var ring = session.ring(0, 0);
        bench.park();
        var call = Await.begun(() -> session.call(TestDevice.SIZE, 9));
        call.awaitBlocked();
        ring.registration.close();
        session.channel.close();
        refused(Status.GONE, () -> Await.end(call));
        bench.up(second);
        assertEquals(1, steps.count("open alice"));
        assertEquals(0, steps.count("close alice"), "no code had it");
        alice.open();
    }

    @Test
    void shouldKeepTheRingsOfTwoSessionsApart() {
        List<Ring> before = new ArrayList<>();
        alice.open().ring(0, 0);
        bob.open().ring(0, 0);
        before.addAll(first.rings);
        bench.park();
        bench.up(second);
        assertEquals(before, second.rings);
    }
}
