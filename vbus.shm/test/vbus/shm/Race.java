// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/// One side tells, the other goes to sleep, at the same moment and many times: either the one that wants to sleep notices, or its
/// doorbell rings. Neither is a lost wake-up, which needs a store that overtook a load, so the moments are varied by nanoseconds.
///
/// ```
///   this thread:   prepare   | jitter  watch -> noticed |   check: noticed or rung   clean up
///   other thread:  waits     | jitter  tell  -> rung    |   waits
/// ```
final class Race {

    private static final int JITTER = 64;
    private static final int PATIENT_SPINS = 2_000;
    private static final int STOP = Integer.MAX_VALUE;
    private static final long BUDGET_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Runnable tell;
    private final BooleanSupplier watch;
    private final Bell bell;
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger told = new AtomicInteger();
    private final long start = System.nanoTime();

    Race(Runnable tell, BooleanSupplier watch, Bell bell) {
        this.tell = tell;
        this.watch = watch;
        this.bell = bell;
    }

    /// Races `rounds` times, or fewer on a machine that needs more than its budget for them.
    void run(int rounds, long seed, Runnable prepare) {
        final Thread teller = new Thread(() -> tellInEachRound(seed), "teller");
        teller.setDaemon(true);
        teller.start();
        final SplittableRandom random = new SplittableRandom(~seed);
        for (int round = 1; round <= rounds && System.nanoTime() - start < BUDGET_NANOS; round++) {
            prepare.run();
            final int before = bell.rung();
            started.set(round);
            jitter(random);
            final boolean noticed = watch.getAsBoolean();
            await(told, round);
            if (!noticed && bell.rung() == before) {
                fail("round %d: a lost wake-up: nothing was noticed and no doorbell rang".formatted(round));
            }
        }
        started.set(STOP);
    }

    private void tellInEachRound(long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        for (int round = 1; await(started, round) != STOP; round++) {
            jitter(random);
            tell.run();
            told.set(round);
        }
    }

    private static void jitter(SplittableRandom random) {
        long x = random.nextLong() | 1;
        for (long n = x < 0 ? 0 : x % JITTER; n > 0; n--) { // none at all in half of the rounds
            x ^= x << 13;
        }
        if (x == 0) {
            Thread.yield(); // never, it stays odd: but the compiler does not know and leaves the loop
        }
    }

    private int await(AtomicInteger counter, int round) {
        int now = counter.get();
        for (int spins = 0; now < round; spins++) {
            if (spins > PATIENT_SPINS) {
                Thread.yield(); // the other thread may want this processor
                assertTrue(System.nanoTime() - start < LIMIT_NANOS, "the other thread of the race stopped");
            }
            now = counter.get();
        }
        return now;
    }
}
