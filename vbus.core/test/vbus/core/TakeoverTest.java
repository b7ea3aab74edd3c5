// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static vbus.core.SessionTest.refused;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.view.Event;

/// New code that does not go on as the old did, and old code that does not let go.
class TakeoverTest {

    private final Bench bench = Bench.linked(Bench.LONG);
    private final TestDevice.Steps steps = new TestDevice.Steps();
    private final TestDevice first = new TestDevice(steps);
    private final TestDevice second = new TestDevice(steps);
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
        bench.close();
    }

    @Test
    void shouldBreakOnlyTheSessionThatTheNewCodeRefuses() {
        var refusedOne = alice.open();
        var other = bob.open();
        var ring = other.ring(0, 0);
        refusedOne.ring(0, 0);
        bench.park();
        second.on("shm alice", () -> {
            throw new VbusException(Status.INVALID, "no such ring");
        });
        bench.up(second);
        Await.that("it is told", () -> refusedOne.events.heard.toString().contains("did not take it over: no such ring"));
        ring.send(20);
        Await.that("20 numbers", () -> steps.numbers("bob").size() == 20);
        refused(Status.BROKEN, () -> refusedOne.call(TestDevice.SIZE, 0));
        assertEquals(1, steps.count("close alice"), "what was opened of it is closed");
    }

    @Test
    void shouldBreakASessionWhoseNewCodeFailsWithAnError() {
        var session = alice.open();
        bench.park();
        second.on("open alice", () -> {
            throw new NoClassDefFoundError("snapshot/of/another/Version");
        });
        bench.up(second);
        Await.that("it is told", () -> session.events.heard.toString().contains("snapshot/of/another/Version"));
        bob.open();
    }

    @Test
    void shouldIgnoreWhatOldCodeSaysAfterItLetGo() {
        var session = alice.open();
        var old = first.sessions.getFirst();
        bench.park();
        refused(Status.GONE, () -> old.serve(new IdleRing(), budget -> 1));
        bench.up(second);
        old.fail("old code");
        old.event(1, new byte[0]);
        old.configChanged();
        refused(Status.GONE, () -> old.serve(new IdleRing(), budget -> 1));
        assertEquals(3, session.call(TestDevice.SIZE, 3));
        assertEquals(List.of(), session.events.heard);
    }

    @Test
    void shouldOfferWhatNewCodeOffersAndWithdrawWhatItDoesNot() {
        bench.park();
        bench.up(new TestDevice(steps, "numbers/1", "numbers/2", "letters/1"));
        var kept = alice.open(0, 1);
        var letters = bob.open(2, 1);
        assertEquals(List.of("+0", "+1", "+2"), alice.heard);
        bench.park();

        bench.up(new TestDevice(steps, "letters/2", "numbers/1"));

        assertEquals(List.of("+0", "+1", "+2", "-1", "-2", "+3"), alice.heard);
        assertEquals(List.of("closed"), letters.events.heard);
        refused(Status.GONE, () -> letters.call(TestDevice.SIZE, 0));
        assertEquals(5, kept.call(TestDevice.SIZE, 5));
        assertEquals(List.of(), kept.events.heard);
    }

    @Test
    void shouldWithdrawEverythingWhenNewCodeDoesNotLink() {
        var session = alice.open();
        bench.park();
        bench.up(new TestDevice(steps).on("link", TestDevice.crash("no bus for me")));
        assertEquals(List.of("+0", "-0"), alice.heard);
        assertEquals(List.of("closed"), session.events.heard);
        bench.awaitEvent(Event.Kind.REFUSED, "no bus for me");
        bench.park();
        assertEquals(1, steps.count("unlink"), "what did not link is not unlinked");
        bench.up(second);
        assertEquals(List.of("+0", "-0", "+1"), alice.heard);
    }
}
