// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
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

/// Threads at a gate at the same moment: never two inside.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CallGateRaceTest {

    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final int GATES = Boolean.getBoolean("vbus.all") ? 3000 : 300;
    private static final int MOMENTS = Boolean.getBoolean("vbus.all") ? 100_000 : 12_000;

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
                g.grant(null);
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
            c.gate.grant(null);
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
