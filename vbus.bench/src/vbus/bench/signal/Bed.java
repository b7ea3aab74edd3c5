// SPDX-License-Identifier: Apache-2.0
package vbus.bench.signal;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import vbus.shm.Doorbell;
import vbus.testkit.sys.Eventfd;

/// A doorbell that counts, and the sleep that it ends. Threads: one sleeps, another rings.
abstract sealed class Bed implements Doorbell, AutoCloseable {

    /// How a side sleeps.
    enum Kind { PARK, EVENTFD }

    private long rung; // written by the one that rings, read when it has ended

    static Bed of(Kind kind) {
        return kind == Kind.PARK ? new Parked() : new OnEventfd();
    }

    @Override
    public final void ring() {
        rung++;
        wake();
    }

    final long rung() {
        return rung;
    }

    abstract void wake();

    /// False when nobody rang in time.
    abstract boolean sleep(Duration deadline);

    @Override
    public abstract void close();

    private static final class Parked extends Bed {

        private final AtomicBoolean woken = new AtomicBoolean();
        private volatile Thread sleeping;

        @Override
        void wake() {
            woken.set(true);
            LockSupport.unpark(sleeping);
        }

        @Override
        boolean sleep(Duration deadline) {
            sleeping = Thread.currentThread();
            final long end = System.nanoTime() + deadline.toNanos();
            while (!woken.getAndSet(false)) {
                final long left = end - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                LockSupport.parkNanos(this, left);
            }
            return true;
        }

        @Override
        public void close() { }
    }

    private static final class OnEventfd extends Bed {

        private final Eventfd fd = new Eventfd();

        @Override
        void wake() {
            fd.ring();
        }

        @Override
        boolean sleep(Duration deadline) {
            return fd.await(deadline);
        }

        @Override
        public void close() {
            fd.close();
        }
    }
}
