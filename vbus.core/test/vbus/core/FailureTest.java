// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.core.SessionTest.refused;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.SessionEvents;
import vbus.api.view.Event;

/// A guest that breaks a rule and a device model that fails cost one session; a lane that is stuck costs no thread of the bus.
class FailureTest {

    private final Bench bench = new Bench(Duration.ofSeconds(1)).linkedToLab(Bench.LONG);
    private final TestDevice.Steps steps = new TestDevice.Steps();
    private final TestDevice device = new TestDevice(steps);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch hangs = new CountDownLatch(1);
    private TestGuest alice;
    private TestGuest.Opened session;
    private TestGuest.Opened bob;
    private TestGuest.Sender bobs;

    @BeforeEach
    void begin() {
        bench.up(device);
        alice = bench.guest("alice");
        session = alice.open();
        bob = bench.guest("bob").open();
    }

    @AfterEach
    void end() {
        goOn.countDown();
        bench.close();
    }

    private void hang() {
        hangs.countDown();
        SessionTest.await(goOn);
    }

    private void bobGoesOn() {
        int before = steps.numbers("bob").size();
        if (before == 0) {
            bobs = bob.ring(0, 0);
        }
        bobs.send(20);
        Await.that("20 numbers of bob", () -> steps.numbers("bob").size() == before + 20);
        assertEquals(2, bob.call(TestDevice.SIZE, 2));
        assertEquals(List.of(), bob.events.heard);
    }

    private void broken(TestGuest.Opened s, String why) {
        Await.that("a broken session, but " + s.events.heard, () -> s.events.heard.size() == 1);
        String told = s.events.heard.getFirst();
        assertTrue(told.startsWith("broken ") && told.contains(why), told);
        assertTrue(refused(Status.BROKEN, () -> s.call(TestDevice.SIZE, 0)).getMessage().contains(why));
        refused(Status.BROKEN, () -> s.pool(TestDevice.POOL));
        assertEquals(1, bench.messages(Event.Kind.BROKEN).size(), bench.messages(Event.Kind.BROKEN)::toString);
    }

    @Test
    void shouldBreakOnlyTheSessionWhoseWorkThrows() {
        device.on("work alice", TestDevice.crash("burst"));
        session.ring(0, 0).send();
        broken(session, "burst");
        Await.that("its end", () -> steps.done.contains("close alice"));
        bobGoesOn();
    }

    @Test
    void shouldBreakOnlyTheSessionWhoseWorkFailsWithAnError() {
        device.on("work alice", () -> {
            throw new InternalError("a fault in unsafe memory access");
        });
        session.ring(0, 0).send();
        broken(session, "unsafe memory access");
        bobGoesOn();
    }

    @Test
    void shouldBreakOnlyTheSessionWhoseGuestPointsOutsideOfItsMemory() {
        session.ring(0, 0).attack();
        broken(session, "outside the guest's memory");
        bobGoesOn();
    }

    @Test
    void shouldBreakASessionWhoseCallFails() {
        refused(Status.BROKEN, () -> session.call(TestDevice.CRASH, 0));
        broken(session, "crash as asked");
        bobGoesOn();
    }

    @Test
    void shouldBreakASessionOnceWhoeverFailsItHoweverOften() {
        var others = Await.begun(() -> device.sessions.getFirst().fail("first or second"));
        device.sessions.getFirst().fail("first or second");
        Await.end(others);
        bench.lane.run(() -> device.sessions.getFirst().fail("third"));
        broken(session, "first or second");
        Await.that("its end", () -> steps.count("close alice") == 1);
        session.channel.close();
        assertEquals(1, steps.count("close alice"));
    }

    @Test
    void shouldBreakASessionFromItsLane() {
        bench.lane.run(() -> device.sessions.getFirst().fail("seen by the lane"));
        broken(session, "seen by the lane");
        bobGoesOn();
    }

    @Test
    void shouldBreakASessionFromACallOfIt() {
        assertEquals(0, session.call(TestDevice.FAIL, 0));
        broken(session, "asked to fail");
    }

    @Test
    void shouldCloseAndOpenABrokenSessionAgain() {
        session.call(TestDevice.FAIL, 0);
        broken(session, "asked to fail");
        refused(Status.BUSY, alice::open);
        session.channel.close();
        assertEquals(4, alice.open().call(TestDevice.SIZE, 4));
        assertEquals(1, steps.count("close alice"));
    }

    @Test
    void shouldServeNothingForASessionThatIsOver() {
        var over = device.sessions.getFirst();
        session.channel.close();
        refused(Status.GONE, () -> over.serve(new IdleRing(), budget -> 1));
        over.fail("too late");
        assertEquals(0, bench.count(Event.Kind.BROKEN));
        assertNotNull(over.guest());
    }

    @Test
    void shouldStandADeviceThatThrowsWhenItLetsGo() {
        device.on("close alice", TestDevice.crash("close"));
        device.on("unshm alice", TestDevice.crash("unshm"));
        device.on("unlink", TestDevice.crash("unlink"));
        var ring = session.ring(0, 0);
        ring.registration.close();
        session.channel.close();
        bench.backplane.unlink("dev");
        bench.backplane.addBus("other");
        bench.backplane.link("other", "other", "dev", 0);
        bench.backplane.unlink("other");
        bench.awaitEvent(Event.Kind.LOG, "unlink");
        bench.awaitEvent(Event.Kind.LOG, "close");
        bench.awaitEvent(Event.Kind.LOG, "unshm");
    }

    @Test
    void shouldBreakASessionThatCanNotBeParked() {
        device.on("park alice", TestDevice.crash("park"));
        bobGoesOn();
        bench.park();
        broken(session, "park");
        assertTrue(steps.done.contains("close alice"), "what it holds is freed");
        bench.up(new TestDevice(steps));
        bobGoesOn();
    }

    @Test
    void shouldTellAGuestOfAConnectorThatFailsNothingAndGoOn() {
        var events = new SessionEvents() {
            @Override
            public void event(int kind, byte[] data) {
                throw new IllegalStateException("connector");
            }
        };
        TestGuest carol = bench.guest("carol");
        var channel = carol.guest.open(0, 1, events);
        assertEquals(0, channel.call(TestDevice.EVENT, MemorySegment.NULL));
        bench.awaitEvent(Event.Kind.LOG, "connector");
        assertEquals(0, bench.count(Event.Kind.BROKEN));
    }

    @Test
    void shouldNotWaitForAStuckWorkForEver() {
        device.on("work alice", this::hang);
        var ring = session.ring(0, 0);
        ring.send();
        SessionTest.await(hangs);
        refused(Status.TIMED_OUT, () -> bob.call(TestDevice.ON_LANE, 0));
        assertEquals(0, bench.count(Event.Kind.BROKEN), "a guest that waits in vain is told, and may try again");
        refused(Status.TIMED_OUT, ring.registration::close);
        refused(Status.TIMED_OUT, session.channel::close);
        refused(Status.TIMED_OUT, alice.guest::close);
        refused(Status.GONE, () -> session.call(TestDevice.SIZE, 0));

        goOn.countDown();
        device.on("work alice", () -> { });

        again(alice.guest::close);
        assertEquals(1, steps.count("close alice"));
    }

    /// Until a lane that was stuck goes on.
    private static void again(Runnable verb) {
        Await.that("a lane that goes on", () -> {
            try {
                verb.run();
                return true;
            } catch (VbusException e) {
                assertEquals(Status.TIMED_OUT, e.status());
                return false;
            }
        });
    }

    @Test
    void shouldReplaceCodeThatIsStuckOnItsLane() {
        device.on("work alice", this::hang);
        session.ring(0, 0).send();
        SessionTest.await(hangs);
        refused(Status.TIMED_OUT, () -> bob.call(TestDevice.ON_LANE, 0));

        long begin = System.nanoTime();
        bench.park();
        bench.up(new TestDevice(steps));
        assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(5), "its update waited for every session");
        Await.that("both are told", () -> session.events.heard.size() == 1 && bob.events.heard.size() == 1);
        assertTrue(session.events.heard.getFirst().contains("stuck"));

        goOn.countDown();
        again(session.channel::close);
        again(bob.channel::close);
        var carol = bench.guest("carol").open();
        carol.ring(0, 0).send(20);
        Await.that("20 numbers", () -> steps.numbers("carol").size() == 20);
    }

    @Test
    void shouldReplaceCodeThatIsStuckInACall() {
        device.on("call alice", () -> SessionTest.await(goOn));
        var call = Await.begun(() -> session.call(TestDevice.SIZE, 0));
        Await.that("the call", () -> steps.count("call alice") == 1);
        bobGoesOn();

        bench.park();
        bench.up(new TestDevice(steps));

        Await.that("it is told", () -> session.events.heard.toString().contains("a call was still inside the device"));
        bobGoesOn();
        refused(Status.TIMED_OUT, session.channel::close);
        goOn.countDown();
        Await.end(call);
        session.channel.close();
        assertEquals(1, steps.count("close alice"));
    }

    @Test
    void shouldEndOtherSessionsWhileOneIsStuckInItsClose() {
        device.on("close alice", () -> SessionTest.await(goOn));
        session.call(TestDevice.FAIL, 0);
        Await.that("it is closing", () -> steps.count("close alice") == 1);
        bob.call(TestDevice.FAIL, 0);
        Await.that("bob is told", () -> bob.events.heard.size() == 1);
        assertEquals(List.of(), session.events.heard);
        goOn.countDown();
        Await.that("alice is told", () -> session.events.heard.size() == 1);
    }
}
