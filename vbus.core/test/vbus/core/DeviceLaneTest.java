// SPDX-License-Identifier: Apache-2.0
// length: every way of it side by side, with the same fixtures
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.core.SessionTest.refused;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vbus.api.DeviceLane;
import vbus.api.Status;
import vbus.api.view.Event;
import vbus.shm.Ring;

/// Queues that are a device's own, on its lane beside those of its guests.
class DeviceLaneTest {

    private final Bench bench = Bench.linked(Bench.LONG);
    private final TestDevice.Steps steps = new TestDevice.Steps();
    private final TestDevice device = new TestDevice(steps);
    private final AtomicInteger looks = new AtomicInteger();
    private final Own ring = new Own();
    private TestGuest.Opened alice;
    private TestGuest.Sender alices;
    private int sent;

    /// A ring that counts how often it was rolled back.
    private static final class Own extends IdleRing {
        final AtomicInteger rollbacks = new AtomicInteger();
        volatile boolean spoilt;

        @Override
        public void rollback() {
            rollbacks.incrementAndGet();
            if (spoilt) {
                throw new IllegalStateException("no way back");
            }
        }
    }

    @BeforeEach
    void begin() {
        bench.up(device);
        alice = bench.guest("alice").open();
        alices = alice.ring(0, 0);
    }

    @AfterEach
    void end() {
        bench.close();
    }

    private DeviceLane.Queue serve() {
        return device.lane.serve(ring, 5, _ -> looks.incrementAndGet() * 0);
    }

    private void aliceGoesOn() {
        alices.send(20);
        sent += 20;
        Await.that("alice's numbers", () -> steps.numbers("alice").size() == sent);
        assertEquals(LongStream.range(0, sent).boxed().toList(), steps.numbers("alice"));
        assertEquals(List.of(), alice.events.heard);
        assertEquals(0, bench.count(Event.Kind.BROKEN));
    }

    private void awaitStandstill() {
        Await.that("a lane that stands still", () -> {
            int before = looks.get();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            return looks.get() == before;
        });
    }

    @Test
    void shouldServeAnOwnQueueBesideThoseOfTheGuests() {
        AtomicInteger left = new AtomicInteger(1000);
        device.lane.serve(ring, 0, _ -> left.get() == 0 ? 0 : left.getAndDecrement() > 0 ? 1 : 0);
        aliceGoesOn();
        Await.that("all of its work", () -> left.get() == 0);
    }

    @Test
    void shouldGiveTheLaneBeforeTheFirstLinkAndRunNothingBeforeTheSessionsGoOn() {
        List<String> order = new CopyOnWriteArrayList<>();
        bench.park();
        TestDevice next = new TestDevice(steps);
        next.on("lane of the device", () -> {
            order.add("lane");
            next.lane.serve(ring, 7, _ -> {
                if (!order.contains("work")) {
                    order.add("work");
                }
                return 0;
            });
        });
        next.on("link", () -> {
            bench.lane.run(() -> { });
            order.add("link");
        });
        next.on("open", () -> {
            bench.lane.run(() -> { });
            order.add("open");
        });

        bench.up(next);

        Await.that("its work", () -> order.size() == 4);
        assertEquals(List.of("lane", "link", "open", "work"), order);
        assertNotSame(device.lane, next.lane);
    }

    @Test
    void shouldRunOnADeviceWithoutAnyLink() {
        TestDevice lonely = new TestDevice(steps);
        bench.backplane.up("lonely", "test", lonely);
        lonely.lane.serve(ring, 0, _ -> looks.incrementAndGet() * 0);
        Await.that("a look", () -> looks.get() > 0);
        bench.backplane.down("lonely", true);
    }

    @Test
    void shouldWakeForADescriptorThatBecomesReadable() {
        try (Pipe pipe = new Pipe()) {
            AtomicInteger read = new AtomicInteger();
            device.lane.serve(ring, 0, _ -> {
                int n = pipe.read();
                read.addAndGet(n);
                return n;
            });
            pipe.write(); // before it is watched
            device.lane.watch(pipe.fd);
            for (int i = 1; i < 200; i++) {
                int all = i;
                Await.that("byte " + i, () -> read.get() == all);
                ring.awaitSleep();
                pipe.write();
            }
            Await.that("the last byte", () -> read.get() == 200);
            device.lane.unwatch(pipe.fd);
            device.lane.unwatch(pipe.fd);
        }
    }

    @Test
    void shouldSleepBesideADescriptorThatNobodyReads() {
        try (Pipe pipe = new Pipe()) {
            serve();
            device.lane.watch(pipe.fd);
            for (int i = 0; i < 3; i++) {
                awaitStandstill();
                int before = looks.get();
                pipe.write();
                Await.that("a look", () -> looks.get() > before);
            }
            awaitStandstill();
            assertEquals(3, pipe.read(), "the lane took nothing from it");
            device.lane.unwatch(pipe.fd);
            awaitStandstill();
            int before = looks.get();
            pipe.write();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            assertEquals(before, looks.get());
        }
    }

    @Test
    void shouldRefuseADescriptorThatCanNotBeWatched() {
        try (Eventfd file = Eventfd.fake(); Pipe pipe = new Pipe()) {
            refused(Status.INVALID, () -> device.lane.watch(file.fd));
            refused(Status.INVALID, () -> device.lane.watch(-1));
            device.lane.watch(pipe.fd);
            assertTrue(refused(Status.INVALID, () -> device.lane.watch(pipe.fd)).getMessage().contains("dev: descriptor " + pipe.fd));
            device.lane.unwatch(pipe.fd);
        }
    }

    @Test
    void shouldNotForgetADescriptorOfSomebodyElse() throws Exception {
        try (Pipe pipe = new Pipe()) {
            bench.lane.watch(pipe.fd);
            device.lane.unwatch(pipe.fd);
            refused(Status.INVALID, () -> device.lane.watch(pipe.fd));
            bench.lane.unwatch(pipe.fd);
        }
    }

    @Test
    void shouldEndWithTheCodeThatServesIt() {
        try (Pipe pipe = new Pipe()) {
            DeviceLane.Queue queue = serve();
            device.lane.watch(pipe.fd);
            Await.that("a look", () -> looks.get() > 0);

            bench.park();

            int then = looks.get();
            alices.send(5);
            pipe.write();
            for (int i = 0; i < 100; i++) {
                bench.lane.kick();
                bench.lane.run(() -> { });
            }
            assertEquals(then, looks.get());
            refused(Status.GONE, () -> device.lane.serve(ring, 0, _ -> 0));
            refused(Status.GONE, () -> device.lane.use(ring));
            refused(Status.GONE, () -> device.lane.watch(pipe.fd));
            queue.close();
            device.lane.unwatch(pipe.fd);
            TestDevice next = new TestDevice(steps);
            bench.up(next);
            next.lane.watch(pipe.fd); // it was forgotten
            next.lane.unwatch(pipe.fd);
            assertEquals(then, looks.get());
        }
    }

    @Test
    void shouldServeNothingThatTheCodeAddsWhileItIsLetGo() {
        device.on("park", () -> refused(Status.GONE, this::serve));
        bench.park();
        assertEquals(1, steps.count("park"));
        assertEquals(0, bench.count(Event.Kind.BROKEN));
        assertEquals(0, looks.get());
    }

    @Test
    void shouldEndAtABurstBoundaryWhenItIsClosed() {
        AtomicBoolean inBurst = new AtomicBoolean();
        for (int i = 0; i < 200; i++) {
            AtomicInteger runs = new AtomicInteger();
            DeviceLane.Queue queue = device.lane.serve(ring, i % 8, _ -> {
                inBurst.set(true);
                Thread.onSpinWait();
                inBurst.set(false);
                return runs.incrementAndGet();
            });
            Await.that("a run", () -> runs.get() > 0);
            queue.close();
            assertEquals(false, inBurst.get());
            int then = runs.get();
            queue.close();
            bench.lane.run(() -> { });
            assertEquals(then, runs.get());
        }
    }

    @Test
    void shouldEndFromItsOwnWork() {
        AtomicInteger runs = new AtomicInteger();
        DeviceLane.Queue[] queue = new DeviceLane.Queue[1];
        device.lane.onLane(() -> queue[0] = device.lane.serve(ring, 1, _ -> {
            queue[0].close();
            return runs.incrementAndGet();
        }));
        Await.that("its run", () -> runs.get() == 1);
        aliceGoesOn();
        assertEquals(1, runs.get());
    }

    @Test
    void shouldEndAQueueAloneWhoseWorkThrows() {
        serve();
        device.lane.serve(new Own(), 7, _ -> {
            throw new IllegalStateException("uplink");
        });
        device.lane.serve(new Own(), 7, _ -> {
            throw new InternalError("of its own");
        });
        device.lane.serve(new Own(), 7, _ -> Ring.BROKEN);
        bench.awaitEvent(Event.Kind.LOG, "uplink");
        bench.awaitEvent(Event.Kind.LOG, "of its own");
        bench.awaitEvent(Event.Kind.LOG, "reported a broken ring");
        assertEquals(List.of("dev: a queue of its own ended: its device model failed: java.lang.IllegalStateException: uplink"),
            bench.messages(Event.Kind.LOG).stream().filter(m -> m.contains("uplink")).toList(), "once");
        aliceGoesOn();
        int before = looks.get();
        aliceGoesOn();
        assertTrue(looks.get() > before, "the other one goes on");
        assertEquals(3, bench.count(Event.Kind.LOG));
    }

    @Test
    void shouldRollBackOwnRingsWithThoseOfTheGuests() {
        Own used = new Own();
        serve();
        DeviceLane.Queue use = device.lane.use(used);
        AtomicBoolean fault = new AtomicBoolean(true);
        device.on("work alice", () -> {
            if (fault.compareAndSet(true, false)) {
                throw new InternalError("a fault occurred in an unsafe memory access operation");
            }
        });
        aliceGoesOn();
        assertEquals(1, ring.rollbacks.get());
        assertEquals(1, used.rollbacks.get());

        use.close();
        ring.spoilt = true;
        fault.set(true);
        aliceGoesOn();
        assertEquals(1, used.rollbacks.get());
        bench.awaitEvent(Event.Kind.LOG, "no way back");
        fault.set(true);
        aliceGoesOn();
        assertEquals(2, ring.rollbacks.get(), "it is the lane's no more");
    }

    @Test
    void shouldLookAgainWhenTimeHasPassedAndSleepUntilThen() {
        CountDownLatch looked = new CountDownLatch(10);
        long begin = System.nanoTime();
        device.lane.serve(ring, 0, _ -> {
            looks.incrementAndGet();
            long ticks = (System.nanoTime() - begin) / TimeUnit.MILLISECONDS.toNanos(5);
            if (ticks > 10 - looked.getCount() && looked.getCount() > 0) {
                looked.countDown();
            }
            if (looked.getCount() > 0) {
                device.lane.within(TimeUnit.MILLISECONDS.toNanos(5));
                device.lane.within(TimeUnit.HOURS.toNanos(1));
            }
            return 0;
        });

        SessionTest.await(looked);

        long took = System.nanoTime() - begin;
        assertTrue(took >= TimeUnit.MILLISECONDS.toNanos(50), took + " ns");
        assertTrue(looks.get() < 200, "slept between: " + looks);
        awaitStandstill();
        int before = looks.get();
        device.lane.within(0);
        Await.that("one look more", () -> looks.get() > before);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 8})
    void shouldRefuseAPriorityOutOfRange(int priority) {
        refused(Status.INVALID, () -> device.lane.serve(ring, priority, _ -> 0));
    }

    @Test
    void shouldRunTasksOnTheLane() {
        AtomicBoolean onLane = new AtomicBoolean();
        device.lane.onLane(() -> onLane.set(bench.lane.isCurrent()));
        assertTrue(onLane.get());
        assertEquals("x", assertThrows(IllegalStateException.class, () -> device.lane.onLane(() -> {
            throw new IllegalStateException("x");
        })).getMessage());
    }

    @Test
    void shouldLinkADeviceThatDoesNotTakeItsLane() {
        bench.park();
        bench.up(new TestDevice(steps).on("lane of the device", TestDevice.crash("no lane")));
        bench.awaitEvent(Event.Kind.LOG, "no lane");
        aliceGoesOn();
    }

    @Test
    void shouldServeAGuestsHigherRingAfterOneBurstOfTheOwnQueueInWhichItSent() {
        var bobs = bench.guest("bob").open().ring(0, 6);
        List<DeviceLane.Queue> queues = new ArrayList<>();
        bench.lane.run(() -> {
            for (int i = 0; i < 5; i++) {
                queues.add(device.lane.serve(new Own(), 1, _ -> {
                    if (steps.count("own") < 30) {
                        steps.done.add("own");
                        bobs.send();
                    }
                    return 1;
                }));
            }
        });
        Await.that("some of both", () -> steps.numbers("bob").size() == 30);
        queues.forEach(DeviceLane.Queue::close);

        List<String> order = steps.done.stream().filter(s -> s.equals("own") || s.equals("work bob")).toList();
        for (int i = 0; i < 60; i++) {
            assertEquals(i % 2 == 0 ? "own" : "work bob", order.get(i), order::toString);
        }
    }
}
