// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// The doorbell of one thread that sleeps until it rings. A doorbell that never rings is what these tests look for.
final class Sleeper implements Doorbell {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final AtomicBoolean rung = new AtomicBoolean();
    private volatile Thread sleeping;
    private int sleeps;

    @Override
    public void ring() {
        rung.set(true);
        LockSupport.unpark(sleeping);
    }

    void sleep(String who) {
        final long deadline = System.nanoTime() + PATIENCE_NANOS;
        sleeping = Thread.currentThread();
        sleeps++;
        while (!rung.getAndSet(false)) {
            final long left = deadline - System.nanoTime();
            if (left <= 0) {
                fail(who + " slept for 10 s and no doorbell rang: a wake-up was lost, or the other side stopped");
            }
            LockSupport.parkNanos(this, left);
        }
    }

    int sleeps() {
        return sleeps;
    }
}
