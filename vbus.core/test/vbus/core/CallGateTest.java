// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vbus.shm.linux.Membarrier;

/// The gate of a session's calls: the usual thread passes quickly, the others by the lock, and never two at once.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CallGateTest {

    private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(30);
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final CallGate gate = new CallGate();

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
        gate.grant(null);
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
        plain.grant(null);
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
        gate.grant(null);
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
                gate.grant(null);
                gate.unlock();
            }));
        }
        own();
        assertNull(gate.enter());
    }
}
