// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.core.SessionTest.refused;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.view.Event;

/// A device leaves: its code does not come back, its configuration or its link is removed.
class GraceTest {

    private static final long SHORT = 150;

    private final TestDevice.Steps steps = new TestDevice.Steps();
    private final TestDevice first = new TestDevice(steps);
    private final TestDevice second = new TestDevice(steps);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private Bench bench;
    private TestGuest alice;
    private TestGuest.Opened session;

    private void begin(long graceMillis) {
        begin(Bench.linked(graceMillis));
    }

    private void begin(Bench with) {
        bench = with;
        bench.up(first);
        alice = bench.guest("alice");
        session = alice.open();
    }

    @AfterEach
    void end() {
        goOn.countDown();
        bench.close();
    }

    private void revoked() {
        Await.that("it is revoked", () -> session.events.heard.contains("closed"));
        assertEquals(List.of("closed"), session.events.heard);
        refused(Status.GONE, () -> session.call(TestDevice.SIZE, 0));
        refused(Status.GONE, () -> session.pool(TestDevice.POOL));
        session.channel.close();
        assertEquals(1, bench.count(Event.Kind.CLOSED));
    }

    @Test
    void shouldDropADeviceWhoseCodeDoesNotComeBack() {
        begin(SHORT);
        var ring = session.ring(0, 0);
        bench.park();
        assertEquals(List.of("+0"), alice.heard);
        refused(Status.GONE, () -> session.call(TestDevice.SIZE, 0)); // it waited
        revoked();
        assertEquals(List.of("+0", "-0"), alice.heard);
        refused(Status.NOT_FOUND, () -> alice.open(0, 1));
        ring.registration.close();
        assertEquals(0, steps.count("close"), "there is no code that could be told");

        bench.up(second);

        assertEquals(List.of("+0", "-0", "+1"), alice.heard);
        assertEquals(4, alice.open().call(TestDevice.SIZE, 4));
    }

    @Test
    void shouldTellAnOpenThatWaitedThatTheDeviceIsGone() {
        begin(SHORT);
        TestGuest bob = bench.guest("bob");
        bench.park();
        refused(Status.GONE, () -> bob.open(0, 1));
    }

    @Test
    void shouldBeginANewGracePeriodWithEachUpdate() {
        begin(2_000);
        for (int i = 0; i < 5; i++) {
            bench.park();
            long end = System.nanoTime() + 500_000_000L;
            Await.that("a part of the grace period", () -> System.nanoTime() > end);
            bench.up(new TestDevice(steps));
        }
        assertEquals(3, session.call(TestDevice.SIZE, 3));
        assertEquals(List.of("+0"), alice.heard);
    }

    @Test
    void shouldDropARemovedDeviceAtOnceAndRevokeItsSessionsAfterTheGrace() {
        begin(SHORT);
        bench.backplane.down("dev", true);
        assertEquals(List.of("+0", "-0"), alice.heard);
        assertEquals(List.of(), session.events.heard);
        refused(Status.GONE, () -> session.call(TestDevice.SIZE, 0));
        refused(Status.NOT_FOUND, () -> alice.open(0, 1));
        assertEquals(List.of(), bench.backplane.devices());
        revoked();
    }

    @Test
    void shouldRevokeTheSessionsOfARemovedDeviceAlsoWhenItIsConfiguredAgain() {
        begin(SHORT);
        bench.backplane.down("dev", true);
        bench.up(second);
        assertEquals(List.of("+0", "-0", "+1"), alice.heard);
        var again = alice.open();
        Await.that("it is revoked", () -> session.events.heard.contains("closed"));
        refused(Status.GONE, () -> session.call(TestDevice.SIZE, 0));
        assertEquals(5, again.call(TestDevice.SIZE, 5), "and the new one is not");
    }

    @Test
    void shouldDropADeviceWhoseConfigurationGoesAfterItsCode() {
        begin(Bench.LONG);
        bench.park();
        assertEquals("parked", bench.backplane.devices().getFirst().state());
        bench.backplane.removed("dev", "another class");
        assertEquals(1, bench.backplane.devices().size());

        bench.backplane.removed("dev", "test");

        assertEquals(List.of(), bench.backplane.devices());
        assertEquals(List.of("+0", "-0"), alice.heard);
        refused(Status.GONE, () -> session.call(TestDevice.SIZE, 0));
    }

    @Test
    void shouldNotDropADeviceThatIsServedWhenItsConfigurationGoes() {
        begin(Bench.LONG);
        bench.backplane.removed("dev", "test"); // its component hears of it too, and is taken away next
        assertEquals(3, session.call(TestDevice.SIZE, 3));
    }

    @Test
    void shouldDropAnUnlinkedDeviceAtOnceAndLetItBeUsedForTheGrace() {
        begin(300);
        bench.backplane.unlink("dev");
        assertEquals(List.of("+0", "-0"), alice.heard);
        assertEquals(3, session.call(TestDevice.SIZE, 3));
        assertFalse(steps.done.contains("unlink lab"));
        revoked();
        Await.that("the code is unlinked", () -> steps.done.contains("unlink lab"));
        assertTrue(steps.done.indexOf("close alice") < steps.done.indexOf("unlink lab"), steps.done::toString);
    }

    @Test
    void shouldRevokeAtOnceWhenItIsLinkedAgainBeforeTheGraceIsOver() {
        begin(Bench.LONG);
        bench.backplane.unlink("dev");
        bench.backplane.link("again", "lab", "dev", Bench.LONG);
        revoked();
        assertEquals(List.of("link lab", "open alice", "close alice", "unlink lab", "link lab"), steps.done);
        assertEquals(List.of("+0", "-0", "+1"), alice.heard);
        alice.open().call(TestDevice.SIZE, 0);
    }

    @Test
    void shouldRevokeTheSessionsOfAnUnlinkedDeviceAlsoWhenItsCodeIsReplaced() {
        begin(300);
        bench.backplane.unlink("dev");
        bench.park();
        bench.up(second);
        refused(Status.GONE, () -> session.call(TestDevice.SIZE, 3));
        revoked();
        assertEquals(List.of("link lab", "open alice", "park alice", "unlink lab"), steps.done,
            "no code hears of a bus it is not on");
    }

    @Test
    void shouldWakeWhoWaitsWhenTheLinkGoes() {
        begin(Bench.LONG);
        bench.park();
        var call = Await.begun(() -> session.call(TestDevice.SIZE, 9));
        call.awaitBlocked();
        bench.backplane.unlink("dev");
        refused(Status.GONE, () -> Await.end(call));
    }

    @Test
    void shouldBreakWhoWaitsWhenTheSessionFails() {
        begin(Bench.LONG);
        var lease = first.sessions.getFirst();
        var call = Await.begun(() -> session.call(TestDevice.FAIL, 0));
        Await.end(call);
        Await.that("it is told", () -> session.events.heard.size() == 1);
        bench.park();
        refused(Status.BROKEN, () -> session.call(TestDevice.SIZE, 9));
        lease.fail("again");
        assertEquals(1, bench.count(Event.Kind.BROKEN));
    }

    @Test
    void shouldKeepNoPlaceOfADeviceThatIsGone() {
        begin(SHORT);
        assertEquals(1, bench.backplane.slots());
        bench.backplane.down("dev", true);
        assertEquals(1, bench.backplane.slots(), "its link is there");
        bench.backplane.unlink("dev");
        revoked();
        Await.that("no place is kept", () -> bench.backplane.slots() == 0);
        bench.backplane.unlink("never was");
        bench.backplane.link("x", "nowhere", "nobody", 0);
        bench.backplane.unlink("x");
        assertEquals(0, bench.backplane.slots());
    }

    @Test
    void shouldKeepThePlaceOfADeviceAsLongAsAGuestHasIt() {
        begin(Bench.LONG);
        bench.backplane.down("dev", true);
        bench.backplane.unlink("dev");
        assertEquals(1, bench.backplane.slots());
        session.channel.close();
        Await.that("no place is kept", () -> bench.backplane.slots() == 0);
    }

    @Test
    void shouldRevokeOtherSessionsWhenOneCanNotBe() {
        begin(new Bench(Duration.ofMillis(100)).linkedToLab(SHORT));
        var bob = bench.guest("bob").open();
        first.on("call alice", () -> SessionTest.await(goOn));
        var call = Await.begun(() -> session.call(TestDevice.SIZE, 0));
        Await.that("the call", () -> steps.count("call alice") == 1);
        bench.backplane.unlink("dev");
        bench.awaitEvent(Event.Kind.LOG, "it can not be taken away");
        Await.that("bob's is revoked", () -> bob.events.heard.contains("closed"));
        goOn.countDown();
        try {
            Await.end(call);
        } catch (VbusException e) {
            assertEquals(Status.GONE, e.status());
        }
    }
}
