// SPDX-License-Identifier: Apache-2.0
// length: every way of it side by side, with the same fixtures
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.Work;

class LaneTest {

    private final List<Lane> lanes = new ArrayList<>();
    private final IdleRing ring = new IdleRing();

    private Lane lane(Duration patience) throws IOException {
        Lane lane = new Lane("lane of LaneTest", new IdlePolicy(0), patience);
        lanes.add(lane);
        return lane;
    }

    private Lane lane() throws IOException {
        return lane(Duration.ofSeconds(10));
    }

    @AfterEach
    void end() {
        lanes.forEach(Lane::close);
    }

    private LaneGroup serve(Lane lane, int priority, Work work) {
        LaneGroup group = new LaneGroup(lane, new Sessions(new EventJournal(), () -> { }));
        group.activate();
        lane.run(() -> lane.add(new LaneSource(group, null, ring, priority, work)));
        lane.kick();
        return group;
    }

    @Test
    void shouldRunTasksAtBurstBoundariesOnly() throws IOException {
        Lane lane = lane();
        AtomicBoolean inBurst = new AtomicBoolean();
        AtomicInteger bursts = new AtomicInteger();
        serve(lane, 0, budget -> {
            inBurst.set(true);
            Thread.onSpinWait();
            inBurst.set(false);
            bursts.incrementAndGet();
            return 1;
        });

        for (int i = 0; i < 2_000; i++) {
            lane.run(() -> assertFalse(inBurst.get()));
        }

        Await.that("bursts between the tasks", () -> bursts.get() > 2);
    }

    @Test
    void shouldRunATaskOfItsOwnThreadAtOnce() throws IOException {
        Lane lane = lane();
        List<String> order = new ArrayList<>();
        lane.run(() -> {
            lane.run(() -> order.add("inner"));
            order.add("outer");
        });
        assertEquals(List.of("inner", "outer"), order);
    }

    @Test
    void shouldThrowWhatATaskThrowsAndGoOn() throws IOException {
        Lane lane = lane();
        assertEquals("x", assertThrows(IllegalStateException.class, () -> lane.run(() -> {
            throw new IllegalStateException("x");
        })).getMessage());
        assertThrows(StackOverflowError.class, () -> lane.run(() -> {
            throw new StackOverflowError();
        }));
        AtomicBoolean ran = new AtomicBoolean();
        lane.run(() -> ran.set(true));
        assertTrue(ran.get());
    }

    @Test
    void shouldServeHigherPrioritiesFirst() throws IOException {
        Lane lane = lane();
        List<Integer> order = new ArrayList<>();
        LaneGroup group = new LaneGroup(lane, new Sessions(new EventJournal(), () -> { }));
        for (int priority : new int[] {3, 0, 7, 5}) {
            lane.run(() -> lane.add(new LaneSource(group, null, ring, priority, budget -> {
                if (order.size() < 4) {
                    order.add(priority);
                }
                return 0;
            })));
        }
        group.activate();
        lane.kick();
        Await.that("a pass", () -> {
            List<Integer> seen = new ArrayList<>();
            lane.run(() -> seen.addAll(order));
            return seen.size() == 4;
        });
        lane.run(() -> assertEquals(List.of(7, 5, 3, 0), order));
    }

    @Test
    void shouldServeTheLowestPriorityWhileTheHighestIsAlwaysBusy() throws IOException {
        Lane lane = lane();
        AtomicInteger high = new AtomicInteger();
        AtomicInteger low = new AtomicInteger();
        serve(lane, 0, budget -> {
            low.incrementAndGet();
            return 0;
        });
        serve(lane, 7, budget -> {
            high.incrementAndGet();
            return budget;
        });
        lane.run(() -> {
            high.set(0);
            low.set(0);
        });
        Await.that("a thousand bursts", () -> high.get() > 1_000);
        lane.run(() -> assertEquals(high.get(), low.get())); // one for one: that is the bound
    }

    @Test
    void shouldRunNothingOfAGroupThatStandsStill() throws IOException {
        Lane lane = lane();
        AtomicInteger bursts = new AtomicInteger();
        LaneGroup group = serve(lane, 0, budget -> {
            bursts.incrementAndGet();
            return 1;
        });
        Await.that("bursts", () -> bursts.get() > 0);

        group.deactivate();

        int then = bursts.get();
        for (int i = 0; i < 100; i++) {
            group.boundary();
        }
        assertEquals(then, bursts.get());
    }

    @Test
    void shouldTellThatItIsStuckAndWaitForItOnceOnly() throws IOException {
        Lane lane = lane(Duration.ofMillis(200));
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch stuck = new CountDownLatch(1);
        serve(lane, 0, budget -> {
            stuck.countDown();
            await(goOn);
            return 0;
        });
        await(stuck);
        AtomicInteger ran = new AtomicInteger();

        long begin = System.nanoTime();
        VbusException e = assertThrows(VbusException.class, () -> lane.run(ran::incrementAndGet));
        assertEquals(Status.TIMED_OUT, e.status());
        assertTrue(e.getMessage().contains("200 ms"), e.getMessage());
        assertTrue(System.nanoTime() - begin >= TimeUnit.MILLISECONDS.toNanos(200));
        for (int i = 0; i < 50; i++) {
            assertThrows(VbusException.class, () -> lane.run(ran::incrementAndGet));
        }
        assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(5), "a stuck lane was waited for again and again");
        assertEquals(0, ran.get());

        goOn.countDown();
        Await.that("the tasks that were too late", () -> ran.get() == 51);
        lane.run(ran::incrementAndGet);
        assertEquals(52, ran.get());
    }

    @Test
    void shouldFinishATaskOfAnInterruptedThreadAndKeepTheInterrupt() throws IOException {
        Lane lane = lane();
        AtomicBoolean ran = new AtomicBoolean();
        Thread.currentThread().interrupt();
        lane.run(() -> ran.set(true));
        assertTrue(Thread.interrupted());
        assertTrue(ran.get());
    }

    @Test
    void shouldSurviveARingThatThrowsWhenItGoesToSleep() throws IOException {
        try (Bench bench = Bench.linked(Bench.LONG)) {
            TestDevice.Steps steps = new TestDevice.Steps();
            bench.up(new TestDevice(steps));
            var alice = bench.guest("alice").open();
            IdleRing cut = new IdleRing() {
                @Override
                public boolean watch() {
                    throw new InternalError("the guest cut its memory");
                }
            };
            alice.channel.queue(0, cut, -1);
            Await.that("a broken session", () -> alice.events.heard.toString().contains("the guest cut its memory"));
            bench.guest("bob").open().call(TestDevice.ON_LANE, 0);
        }
    }

    @Test
    void shouldSleepBesideAQueueWhoseDeviceCanNotGoOn() throws IOException {
        Lane lane = lane();
        AtomicInteger passes = new AtomicInteger();
        IdleRing full = new IdleRing() {
            @Override
            public boolean watch() {
                super.watch();
                return true; // buffers wait, and no frame for them
            }
        };
        LaneGroup group = new LaneGroup(lane, new Sessions(new EventJournal(), () -> { }));
        group.activate();
        lane.run(() -> lane.add(new LaneSource(group, null, full, 0, budget -> passes.incrementAndGet() * 0)));

        Await.that("a lane that stands still", () -> {
            int before = passes.get();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            return before > 0 && passes.get() == before;
        });
    }

    @Test
    void shouldWakeUpWhenAnEventfdIsWritten() throws IOException {
        Lane lane = lane();
        AtomicInteger passes = new AtomicInteger();
        serve(lane, 0, budget -> {
            passes.incrementAndGet();
            return 0;
        });
        try (Eventfd kick = Eventfd.make()) {
            lane.watch(kick.fd);
            for (int i = 0; i < 200; i++) {
                ring.awaitSleep();
                int before = passes.get();
                kick.write();
                Await.that("a pass after kick " + i, () -> passes.get() > before);
                if (i % 3 == 0) {
                    kick.read(); // a guest may do so: nobody waits for what it counted
                }
            }
            lane.unwatch(kick.fd);
            lane.unwatch(kick.fd);
        }
    }

    @Test
    void shouldRefuseADescriptorThatCanNotBePolled() throws IOException {
        Lane lane = lane();
        try (Eventfd file = Eventfd.fake(); Eventfd twice = Eventfd.make()) {
            assertThrows(IOException.class, () -> lane.watch(file.fd));
            assertThrows(IOException.class, () -> lane.watch(-1));
            lane.watch(twice.fd);
            assertThrows(IOException.class, () -> lane.watch(twice.fd));
            lane.unwatch(file.fd);
        }
    }

    @Test
    void shouldLeaveNoDescriptorAndNoThread() throws IOException {
        var before = Eventfd.open();
        for (int i = 0; i < 20; i++) {
            lane().run(() -> { });
        }
        assertEquals(before.size() + 40, Eventfd.open().size());

        lanes.forEach(Lane::close);
        lanes.forEach(Lane::close);

        Await.that("the end of the lanes", () -> Thread.getAllStackTraces().keySet().stream()
            .noneMatch(t -> t.getName().equals("lane of LaneTest")));
        assertEquals(before, Eventfd.open());
    }

    @Test
    void shouldRunTasksAtOnceWhenItIsClosed() throws IOException {
        Lane lane = lane();
        lane.close();
        Await.that("its end", () -> Thread.getAllStackTraces().keySet().stream()
            .noneMatch(t -> t.getName().equals("lane of LaneTest")));
        AtomicInteger ran = new AtomicInteger();
        lane.run(() -> lane.run(ran::incrementAndGet));
        assertEquals(1, ran.get());
        assertThrows(IOException.class, () -> lane.watch(0));
        lane.kick();
    }

    @Test
    void shouldLoseNoTaskWhileItIsClosed() throws Exception {
        for (int round = 0; round < 200; round++) {
            Lane lane = new Lane("lane of LaneTest", new IdlePolicy(0), Duration.ofSeconds(10));
            AtomicInteger ran = new AtomicInteger();
            var tasks = Await.begun(() -> {
                for (int i = 0; i < 20; i++) {
                    lane.run(ran::incrementAndGet);
                    lane.kick();
                }
            });
            lane.close();
            Await.end(tasks);
            assertEquals(20, ran.get());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
