// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vbus.shm.linux.Membarrier;

/// The gate of a session's calls: the usual thread passes quickly, the others by the lock, and never two at once.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CallGateTest {

    private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(30);
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final int GATES = Boolean.getBoolean("vbus.all") ? 3000 : 300;

    private static final int MOMENTS = Boolean.getBoolean("vbus.all") ? 100_000 : 12_000;

    private final CallGate gate = new CallGate();

    /// A gate, and how many are inside.
    private record Counted(CallGate gate, AtomicInteger inside) {
        Counted() {
            this(new CallGate(), new AtomicInteger());
        }
    }

    private static void lock(CallGate g) {
        try {
            g.lock();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Makes the caller the owner.
    private void own() {
        assertTrue(gate.tryLock(LONG_NANOS));
        gate.grant();
        gate.unlock();
    }

    /// A thread that owns the gate and is inside until the latch opens.
    private Await.Begun<Void> insider(CountDownLatch goOn) {
        CountDownLatch in = new CountDownLatch(1);
        Await.Begun<Void> thread = Await.begun(() -> {
            own();
            CallGate.Seat seat = gate.enter();
            in.countDown();
            SessionTest.await(goOn);
            gate.leave(seat);
        });
        SessionTest.await(in);
        return thread;
    }

    @Test
    void shouldHaveMembarrierHere() {
        assertTrue(Membarrier.isAvailable(), "the quick way is tested by nothing else here");
    }

    @Test
    void shouldLetOnlyItsOwnerPass() {
        assertNull(gate.enter());
        own();
        CallGate.Seat seat = gate.enter();
        assertNotNull(seat);
        assertNull(Await.end(Await.begun(gate::enter)));
        gate.leave(seat);
        assertNotNull(gate.enter());
    }

    @Test
    void shouldLetNobodyPassWithoutMembarrier() {
        CallGate plain = new CallGate(false);
        assertTrue(plain.tryLock(LONG_NANOS));
        plain.grant();
        plain.unlock();
        assertNull(plain.enter());
    }

    @Test
    void shouldTakeTheQuickWayFromItsOwnerWhoeverLocks() {
        own();
        Await.end(Await.begun(() -> {
            assertTrue(gate.tryLock(LONG_NANOS));
            gate.unlock();
        }));
        assertNull(gate.enter());
    }

    @Test
    void shouldWaitUntilTheOwnerIsOutside() {
        CountDownLatch goOn = new CountDownLatch(1);
        Await.Begun<Void> owner = insider(goOn);

        assertFalse(gate.tryLock(SHORT_NANOS));
        assertFalse(gate.tryLock(SHORT_NANOS), "not by asking again either");
        goOn.countDown();
        Await.end(owner);
        assertTrue(gate.tryLock(LONG_NANOS));
    }

    @Test
    void shouldLetTheOwnerHaveTheLockWhileHeIsInside() {
        own();
        CallGate.Seat outer = gate.enter();
        CallGate.Seat inner = gate.enter();
        assertTrue(gate.tryLock(SHORT_NANOS));
        gate.unlock();
        gate.leave(inner);
        assertFalse(Await.end(Await.begun(() -> gate.tryLock(SHORT_NANOS))), "he is inside once more");
        gate.leave(outer);
        assertTrue(Await.end(Await.begun(() -> gate.tryLock(LONG_NANOS))));
    }

    @Test
    void shouldEndTheWaitForTheOwnerWhenInterrupted() {
        CountDownLatch goOn = new CountDownLatch(1);
        Await.Begun<Void> owner = insider(goOn);

        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, gate::lock);
        goOn.countDown();
        Await.end(owner);
        assertTrue(Await.end(Await.begun(() -> gate.tryLock(LONG_NANOS))), "the lock was given back");
    }

    @Test
    void shouldKeepAnInterruptThatCameWhileItWaitedForTheOwner() {
        CountDownLatch goOn = new CountDownLatch(1);
        Await.Begun<Void> owner = insider(goOn);

        Thread.currentThread().interrupt();
        assertFalse(gate.tryLock(SHORT_NANOS));
        assertTrue(Thread.interrupted());
        goOn.countDown();
        Await.end(owner);
    }

    @Test
    void shouldWaitForAnOwnerWhoCameWhileItWaitedForAChange() throws InterruptedException {
        CountDownLatch waits = new CountDownLatch(1);
        AtomicBoolean woke = new AtomicBoolean();
        Await.Begun<Void> waiter = Await.begun(() -> {
            try {
                gate.lock();
                waits.countDown();
                gate.await(LONG_NANOS);
                woke.set(true);
                gate.unlock();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        SessionTest.await(waits);
        gate.lock(); // not before it waits: it has the lock until then
        gate.grant();
        gate.announce();
        CallGate.Seat seat = gate.enter();
        assertNotNull(seat);
        gate.unlock();
        waiter.awaitBlocked();
        assertFalse(woke.get(), "two are inside");
        gate.leave(seat);
        Await.end(waiter);
        assertTrue(woke.get());
    }

    @Test
    void shouldMakeNobodyTheOwnerWhenSeveralGoOnCalling() {
        for (int i = 0; i < 20; i++) {
            own();
            Await.end(Await.begun(() -> {
                lock(gate);
                gate.grant();
                gate.unlock();
            }));
        }
        own();
        assertNull(gate.enter());
    }

    /// Who enters stores and loads, who locks too: without `Membarrier.all` both may get in. A gate for each try, at the same moment.
    @Test
    void shouldNotLetTheOwnerAndTheLockInAtTheSameMoment() {
        AtomicReference<CallGate> ready = new AtomicReference<>();
        AtomicReference<CallGate> go = new AtomicReference<>();
        AtomicReference<CallGate> left = new AtomicReference<>();
        AtomicBoolean entered = new AtomicBoolean();
        AtomicLong both = new AtomicLong();
        AtomicLong either = new AtomicLong();
        Await.Begun<Void> owner = Await.begun(() -> {
            for (int i = 0; i < MOMENTS; i++) {
                CallGate g = new CallGate();
                lock(g);
                g.grant();
                g.unlock();
                ready.set(g);
                while (go.get() != g) {
                    Thread.onSpinWait();
                }
                CallGate.Seat seat = g.enter();
                entered.setPlain(seat != null);
                left.set(g);
            }
        });
        CallGate last = null;
        for (int i = 0; i < MOMENTS; i++) {
            CallGate g = ready.get();
            for (; g == last; g = ready.get()) {
                Thread.onSpinWait();
            }
            last = g;
            go.set(g);
            for (int spins = i & 63; spins > 0; spins--) {
                Thread.onSpinWait();
            }
            boolean locked = g.tryLock(0);
            while (left.get() != g) {
                Thread.onSpinWait();
            }
            both.addAndGet(locked && entered.getPlain() ? 1 : 0);
            either.addAndGet(locked || entered.getPlain() ? 1 : 0);
        }
        Await.end(owner);
        assertEquals(0, both.get(), "moments at which both were in");
        assertTrue(either.get() > 0);
    }

    /// Many gates, as a gate that several threads want has no owner after a while.
    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void shouldNeverLetTwoBeInside(int threads) {
        SplittableRandom random = new SplittableRandom(Seed.of("shouldNeverLetTwoBeInside"));
        AtomicReference<Counted> now = new AtomicReference<>(new Counted());
        AtomicLong quick = new AtomicLong();
        AtomicBoolean over = new AtomicBoolean();
        List<Await.Begun<Void>> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            SplittableRandom own = random.split();
            all.add(Await.begun(() -> {
                while (!over.get()) {
                    Counted c = now.get();
                    for (int i = own.nextInt(200); i > 0; i--) {
                        call(c, quick);
                    }
                    if (own.nextInt(4) == 0) {
                        Thread.yield();
                    }
                }
            }));
        }
        for (int i = 0; i < GATES; i++) {
            Counted c = now.get();
            assertTrue(c.gate.tryLock(LONG_NANOS), "a call was counted twice or never left");
            try {
                assertEquals(0, c.inside.get(), "a call runs while the gate is held");
                Thread.yield();
                assertEquals(0, c.inside.get(), "a call came while the gate is held");
            } finally {
                c.gate.unlock();
            }
            now.set(new Counted());
            Thread.yield();
        }
        over.set(true);
        all.forEach(Await::end);
        assertTrue(quick.get() > 0, "nobody took the quick way");
    }

    /// As a session does it.
    private static void call(Counted c, AtomicLong quick) {
        CallGate.Seat seat = c.gate.enter();
        if (seat != null) {
            one(c);
            quick.incrementAndGet();
            c.gate.leave(seat);
            return;
        }
        lock(c.gate);
        try {
            c.gate.grant();
            one(c);
        } finally {
            c.gate.unlock();
        }
    }

    private static void one(Counted c) {
        assertEquals(1, c.inside.incrementAndGet(), "two calls at once");
        c.inside.decrementAndGet();
    }
}
