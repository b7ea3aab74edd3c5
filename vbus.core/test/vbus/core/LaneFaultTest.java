// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.api.view.Event;
import vbus.shm.Backing;
import vbus.shm.Ring;

/// A fault of memory comes anywhere on the lane: whose memory became shorter breaks, once, and everybody else goes on.
class LaneFaultTest {

    private static final String SHORTER = "the file behind the guest's memory became shorter";

    private final Bench bench = Bench.linked(Bench.LONG);
    private final TestDevice.Steps steps = new TestDevice.Steps();
    private final TestDevice device = new TestDevice(steps);
    private final AtomicBoolean shorter = new AtomicBoolean();
    private final AtomicBoolean fault = new AtomicBoolean();
    private TestGuest.Opened alice;
    private TestGuest.Opened bob;
    private TestGuest.Sender alices;
    private TestGuest.Sender bobs;
    private int bobSent;

    /// Throws a fault when a test asked for it, once.
    private void maybeFault() {
        if (fault.compareAndSet(true, false)) {
            throw new InternalError("a fault occurred in an unsafe memory access operation");
        }
    }

    @BeforeEach
    void begin() {
        device.on("work bob", this::maybeFault);
        bench.up(device);
        TestGuest a = bench.guest("alice");
        a.backed(() -> !shorter.get());
        alice = a.open();
        alices = alice.ring(0, 0);
        bob = bench.guest("bob").open();
        bobs = bob.ring(0, 0);
        alices.send(3);
        bobSends(3);
        Await.that("both work", () -> steps.numbers("alice").size() == 3 && steps.numbers("bob").size() == 3);
    }

    @AfterEach
    void end() {
        bench.close();
    }

    private void bobSends(int numbers) {
        bobs.send(numbers);
        bobSent += numbers;
    }

    private void onlyAliceBroke() {
        Await.that("alice hears of it", () -> alice.events.heard.equals(List.of("broken " + SHORTER)));
        bobGoesOn();
        assertEquals(1, bench.count(Event.Kind.BROKEN));
        assertTrue(bench.messages(Event.Kind.BROKEN).getFirst().endsWith("of alice: " + SHORTER));
    }

    private void bobGoesOn() {
        bobSends(40);
        Await.that("bob's numbers", () -> steps.numbers("bob").size() >= bobSent);
        assertEquals(LongStream.range(0, bobSent).boxed().toList(), steps.numbers("bob"));
        assertEquals(List.of(), bob.events.heard);
    }

    @Test
    void shouldBreakTheGuiltyWhenAnothersWorkIsInterrupted() {
        shorter.set(true);
        fault.set(true);
        bobSends(1);
        onlyAliceBroke();
    }

    @Test
    void shouldBreakNobodyWhenAllOfItIsThereAgain() {
        fault.set(true);
        bobSends(1);
        bobGoesOn();
        assertFalse(fault.get());
        assertEquals(0, bench.count(Event.Kind.BROKEN));
        alices.send(5);
        Await.that("alice's numbers", () -> steps.numbers("alice").size() == 8);
    }

    @Test
    void shouldBreakWhoseFileChangesAgainAndAgain() {
        TestGuest carol = bench.guest("carol");
        carol.backed(new Backing() {
            @Override
            public boolean isIntact() {
                return true;
            }

            @Override
            public boolean hasChanged() {
                return true;
            }
        });
        TestGuest.Opened flickering = carol.open();
        int faults = 0;
        while (flickering.events.heard.isEmpty() && faults < 100) {
            fault.set(true);
            bobSends(1);
            Await.that("a fault", () -> !fault.get());
            faults++;
            bench.lane.run(() -> { });
        }
        Await.that("carol hears of it", () -> flickering.events.heard.equals(List.of("broken " + SHORTER)));
        assertTrue(faults >= 16, "after " + faults);
        assertEquals(1, bench.count(Event.Kind.BROKEN));
        bobGoesOn();
    }

    /// The next that is asked for kicks is asked all the same; else the lane would sleep through its guest's.
    @Test
    void shouldStayAwakeWhenTheWayToSleepIsInterrupted() {
        AtomicInteger rollbacks = new AtomicInteger();
        AtomicBoolean thrown = new AtomicBoolean();
        shorter.set(true);
        bob.channel.queue(1, new IdleRing() {
            @Override
            public boolean watch() {
                thrown.set(true);
                fault.compareAndSet(false, rollbacks.get() == 0);
                maybeFault();
                return super.watch();
            }

            @Override
            public void rollback() {
                rollbacks.incrementAndGet();
            }
        }, -1);
        Await.that("it is watched", thrown::get);
        onlyAliceBroke();
        assertTrue(rollbacks.get() > 0);
    }

    @Test
    void shouldBreakTheGuiltyWhenATaskIsInterrupted() {
        shorter.set(true);
        fault.set(true);
        assertThrows(InternalError.class, () -> bench.lane.run(this::maybeFault));
        onlyAliceBroke();
    }

    @Test
    void shouldTakeItsRingsFromTheGuilty() {
        shorter.set(true);
        fault.set(true);
        bobSends(1);
        Await.that("a revoked ring", () -> SHORTER.equals(device.rings.getFirst().fault()));
        onlyAliceBroke();
        Ring bobsRing = device.rings.getLast();
        assertEquals(null, bobsRing.fault());
    }

    @Test
    void shouldGiveTheShorterFileAsTheReasonWhateverWasReadOfIt() {
        shorter.set(true);
        alices.attack(); // as a descriptor looks that is not there any more
        onlyAliceBroke();
    }

    /// A control thread may take its time to end a broken session: until then its memory is no reason to break another.
    @Test
    void shouldBlameNobodyElseWhileTheGuiltyIsNotGoneYet() {
        shorter.set(true);
        device.sessions.getFirst().fail("something else");
        for (int i = 0; i < 5; i++) {
            fault.set(true);
            bobSends(1);
            Await.that("a fault", () -> !fault.get());
        }
        onlyAliceBroke();
    }
}
