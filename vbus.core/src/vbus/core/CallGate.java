// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import vbus.api.Connection;
import vbus.shm.linux.Membarrier;

/// A lock for a session's verbs that costs nothing to the one thread that makes most calls.
///
/// ```
///   owner:    seat.inside:=1   (no fence)   seat still the owner's?  -> call -> inside:=0      two stores and two loads
///   others:   lock   owner:=none   Membarrier.all()   wait until seat.inside = 0              the fence of both sides
/// ```
/// Each side stores its own word and then loads the other's; the barrier of who comes seldom orders both, so one of the two sees
/// the other. Each owner has a seat of its own: one that was stopped between two steps may store late, and only into his.
/// A thread becomes the owner with a call that took the lock; when several threads go on taking it from each other,
/// nobody becomes it any more. Without [Membarrier] nobody ever does.
/// Threads: any.
final class CallGate {

    /// The place of a thread that is the owner, or was, and what it calls: it is the owner only while that is the device's present part
    /// of an open session.
    static final class Seat {
        private final Thread thread;
        private final Connection connection;
        private int inside; // how deep, by INSIDE; this and the next: written by its thread alone
        private long calls;

        private Seat(Thread thread, Connection connection) {
            this.thread = thread;
            this.connection = connection;
        }

        /// From inside.
        int call(int function, MemorySegment data) {
            calls++;
            return connection.call(function, data);
        }
    }

    private static final VarHandle OWNER;
    private static final VarHandle INSIDE;

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(CallGate.class, "owner", Seat.class);
            INSIDE = MethodHandles.lookup().findVarHandle(Seat.class, "inside", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int CHANGES = 8;
    private static final int SPINS = 1000;
    private static final long NAP_NANOS = 50_000;

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private final boolean quick;
    private Seat owner; // by OWNER
    private Seat insider; // this and the next: guarded by the lock; who was the owner last
    private int changes;
    private long calls; // guarded by the lock: of earlier insiders

    CallGate() {
        this(Membarrier.isAvailable());
    }

    /// @param quick false: nobody becomes the owner
    CallGate(boolean quick) {
        this.quick = quick;
    }

    // ---- the quick way

    /// The caller's seat when he is the owner, and inside now, until he leaves it; else null.
    Seat enter() {
        final Seat seat = (Seat) OWNER.getAcquire(this); // pairs with the volatile write in `grant`
        if (seat == null || seat.thread != Thread.currentThread()) {
            return null;
        }
        final int depth = seat.inside;
        INSIDE.setOpaque(seat, depth + 1);
        if ((Seat) OWNER.getOpaque(this) == seat) { // Membarrier.all in `drain` stands between that store and this load
            return seat;
        }
        INSIDE.setRelease(seat, depth);
        return null;
    }

    /// Pairs with the acquire in `drain`.
    void leave(Seat seat) {
        INSIDE.setRelease(seat, seat.inside - 1);
    }

    // ---- the lock

    /// Waits for the lock, as long as it takes.
    void lock() throws InterruptedException {
        lock.lockInterruptibly();
        boolean got = false;
        try {
            if (owner != null && owner.thread != Thread.currentThread()) {
                changes++;
            }
            got = drain(Long.MAX_VALUE);
        } finally {
            if (!got) {
                lock.unlock();
            }
        }
    }

    /// Waits for the lock, at most so long, whatever interrupts; the result is true when the caller has it.
    boolean tryLock(long nanos) {
        final long end = System.nanoTime() + nanos;
        if (!Patience.of(nanos, left -> lock.tryLock(left, TimeUnit.NANOSECONDS))) {
            return false;
        }
        if (Patience.of(end - System.nanoTime(), this::drain)) {
            return true;
        }
        lock.unlock();
        return false;
    }

    void unlock() {
        lock.unlock();
    }

    /// With the lock: makes the caller the owner, for its next calls to `connection`. Who closes the session to calls without the lock
    /// says so first and then asks to `revoke`, so the caller looks once more after this: one of the two sees the other.
    void grant(Connection connection) {
        if (changes < CHANGES && quick) {
            if (insider == null || insider.thread != Thread.currentThread() || insider.connection != connection) {
                forgetInsider();
                insider = new Seat(Thread.currentThread(), connection);
            }
            OWNER.setVolatile(this, insider);
        }
    }

    /// Takes the quick way from its owner, for good until the next `grant`, and waits for nobody. Threads: any, without the lock.
    void revoke() {
        OWNER.setVolatile(this, null);
    }

    /// Calls that went the quick way. Threads: any; what it sees may be a little old.
    long calls() {
        final Seat seat = insider;
        return calls + (seat == null ? 0 : seat.calls);
    }

    private void forgetInsider() {
        calls += insider == null ? 0 : insider.calls;
        insider = null;
    }

    /// With the lock, which it gives away meanwhile: waits for `announce`; the result is what is left of the time. Another may have
    /// become the owner meanwhile, and is outside again when this returns.
    long await(long nanos) throws InterruptedException {
        final long left = changed.awaitNanos(nanos);
        drain(Long.MAX_VALUE);
        return left;
    }

    /// With the lock: wakes who waits for a change.
    void announce() {
        changed.signalAll();
    }

    /// With the lock: takes the quick way from its owner, and waits until it is outside. The owner itself waits for nobody.
    private boolean drain(long nanos) throws InterruptedException {
        OWNER.setOpaque(this, null);
        if (insider == null || insider.thread == Thread.currentThread()) {
            if (insider != null && insider.inside == 0) {
                forgetInsider(); // and with it the code that it calls
            }
            return true;
        }
        Membarrier.all(); // also when the owner lost the quick way before: it may be inside
        final long begin = System.nanoTime();
        for (int i = 0; (int) INSIDE.getAcquire(insider) != 0; i++) {
            if (i < SPINS) {
                Thread.onSpinWait();
            } else if (System.nanoTime() - begin >= nanos) {
                return false;
            } else if (Thread.interrupted()) {
                throw new InterruptedException();
            } else {
                LockSupport.parkNanos(NAP_NANOS);
            }
        }
        forgetInsider();
        return true;
    }
}
