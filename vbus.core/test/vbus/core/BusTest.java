// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.Guest;
import vbus.api.view.Event;
import vbus.shm.GuestMemory;

/// What the members of a bus hear, and in which order.
class BusTest {

    private final Bench bench = Bench.linked(0);
    private final TestDevice.Steps steps = new TestDevice.Steps();
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void end() {
        goOn.countDown();
        bench.close();
    }

    @Test
    void shouldReplayWhatIsThereToAGuestThatJoinsBeforeTheAttachmentReturns() {
        bench.up(new TestDevice(steps, "a/1", "b/2", "c/3"));
        TestGuest guest = bench.guest("late");
        assertEquals(List.of("+0", "+1", "+2"), guest.heard);
        assertEquals(List.of("a 1 dev", "b 2 dev", "c 3 dev"),
            guest.offers.stream().map(o -> o.type() + " " + o.version() + " " + o.device()).toList());
        assertEquals(1, bench.count(Event.Kind.JOINED));
        guest.guest.close();
        guest.guest.close();
        assertEquals(1, bench.count(Event.Kind.LEFT));
    }

    @Test
    void shouldNeverUseAnIdTwice() {
        TestGuest guest = bench.guest("guest");
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            bench.up(new TestDevice(steps));
            bench.backplane.down("dev", true);
            expected.addAll(List.of("+" + i, "-" + i));
        }
        assertEquals(expected, guest.heard);
    }

    @Test
    void shouldCountIdsForEachBusFromZero() {
        bench.backplane.addBus("other");
        bench.backplane.link("other", "other", "dev", 0);
        bench.up(new TestDevice(steps, "a/1", "b/1"));
        assertEquals(List.of("+0", "+1"), new TestGuest(bench.bus("other"), "guest").heard);
        assertEquals(List.of("+0", "+1"), bench.guest("guest").heard);
    }

    @Test
    void shouldTellEachMemberInTheOrderInWhichThingsHappened() {
        List<TestGuest> guests = new CopyOnWriteArrayList<>();
        for (int d = 0; d < 4; d++) {
            bench.backplane.link("link" + d, "lab", "dev" + d, 0);
        }
        List<Await.Begun<Void>> tasks = new ArrayList<>();
        for (int d = 0; d < 4; d++) {
            String name = "dev" + d;
            tasks.add(Await.begun(() -> {
                for (int i = 0; i < 100; i++) {
                    bench.backplane.up(name, "test", new TestDevice(steps));
                    bench.backplane.down(name, true);
                }
            }));
        }
        for (int g = 0; g < 20; g++) {
            guests.add(bench.guest("guest " + g));
        }
        tasks.forEach(Await::end);
        for (TestGuest guest : guests) {
            Await.that("all is told", () -> guest.offers.isEmpty());
            Set<Integer> there = new HashSet<>();
            for (String event : guest.heard) {
                int id = Integer.parseInt(event.substring(1));
                assertTrue(event.charAt(0) == '+' ? there.add(id) : there.remove(id), guest.heard::toString);
            }
            assertEquals(Set.of(), there);
        }
        assertEquals(400, bench.count(Event.Kind.DEVADD));
        assertEquals(400, bench.count(Event.Kind.DEVDROP));
    }

    @Test
    void shouldNotWaitForAMemberThatIsSlowNorTellItTwoThingsAtOnce() {
        List<String> heard = new CopyOnWriteArrayList<>();
        DeviceEvents slow = new DeviceEvents() {
            @Override
            public void added(Offer offer) {
                heard.add("+" + offer.id());
                if (offer.id() == 1) {
                    SessionTest.await(goOn);
                }
                heard.add("end");
            }

            @Override
            public void dropped(Offer offer) {
                heard.add("-" + offer.id());
            }
        };
        TestGuest quick = bench.guest("quick");
        Guest guest = bench.bus("lab").attach("slow", new GuestMemory(), slow);
        bench.up(new TestDevice(steps));
        bench.backplane.link("two", "lab", "two", 0);
        var up = Await.begun(() -> bench.backplane.up("two", "test", new TestDevice(steps)));
        Await.that("it is slow", () -> heard.contains("+1"));
        bench.backplane.down("dev", true);
        Await.that("the other is told", () -> quick.heard.contains("-0"));
        assertEquals(List.of("+0", "end", "+1"), heard);
        goOn.countDown();
        Await.end(up);
        Await.that("it hears the rest", () -> heard.equals(List.of("+0", "end", "+1", "end", "-0")));
        guest.close();
    }

    @Test
    void shouldReplayToAGuestThatJoinsWhileThingsHappen() {
        bench.up(new TestDevice(steps));
        var changes = Await.begun(() -> {
            for (int i = 0; i < 300; i++) {
                bench.backplane.addBus("x");
                bench.backplane.link("x", "lab", "x", 0);
                bench.backplane.up("x", "test", new TestDevice(steps));
                bench.backplane.down("x", true);
                bench.backplane.unlink("x");
            }
        });
        while (!changes.isDone()) {
            TestGuest guest = bench.guest("guest");
            assertTrue(guest.heard.contains("+0"), "not replayed before the attachment returned");
            guest.guest.close();
        }
        Await.end(changes);
    }

    @Test
    void shouldStandAMemberThatFails() {
        DeviceEvents failing = new DeviceEvents() {
            @Override
            public void added(Offer offer) {
                throw new IllegalStateException("added");
            }

            @Override
            public void dropped(Offer offer) {
                throw new IllegalStateException("dropped");
            }
        };
        bench.bus("lab").attach("failing", new GuestMemory(), failing);
        TestGuest other = bench.guest("other");
        bench.up(new TestDevice(steps));
        bench.park();
        Await.that("the other is told", () -> other.heard.equals(List.of("+0", "-0")));
        bench.awaitEvent(Event.Kind.LOG, "added");
        bench.awaitEvent(Event.Kind.LOG, "dropped");
    }
}
