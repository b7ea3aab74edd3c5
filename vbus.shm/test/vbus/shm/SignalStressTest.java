// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// The last signal of a burst is the one that two sides lose when a fence is missing: here every burst waits for it.
class SignalStressTest {

    private static final int BURSTS = 100_000;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final MemorySegment memory = Arena.ofAuto().allocate(16, 4);
    private final Sleeper doorbell = new Sleeper();
    private final AtomicInteger produced = new AtomicInteger();
    private final AtomicInteger consumed = new AtomicInteger();

    @Test
    void shouldNotLoseTheLastSignalOfABurst() throws Exception {
        Signal.format(memory);
        final long seed = Seed.of("SignalStressTest");
        final Signal north = new Signal(memory, Side.NORTH, doorbell);
        final FutureTask<Void> consumer = new FutureTask<>(() -> consume(seed), null);
        final Thread thread = new Thread(consumer, "consumer");
        thread.setDaemon(true);
        thread.start();
        final SplittableRandom random = new SplittableRandom(seed);

        int made = 0;
        for (int burst = 0; burst < BURSTS; burst++) {
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                produced.setPlain(++made); // ordered before what inject does, by its fence alone
                north.inject();
            }
            await(made);
        }
        produced.set(Integer.MAX_VALUE);
        north.inject();

        consumer.get(10, TimeUnit.SECONDS);
        assertEquals(made + 1, north.sent() + north.suppressed());
    }

    private void await(int made) {
        final long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (consumed.get() < made) {
            Thread.onSpinWait();
            assertTrue(System.nanoTime() < deadline, () -> "signal " + made + " never came through");
        }
    }

    private void consume(long seed) {
        final Signal south = new Signal(memory, Side.SOUTH, Doorbell.NONE);
        final SplittableRandom random = new SplittableRandom(~seed);
        final Runnable work = () -> consumed.set(produced.getPlain());
        while (true) {
            south.wakeup(work);
            if (consumed.get() == Integer.MAX_VALUE) {
                return;
            }
            if (random.nextInt(4) == 0) {
                south.disable();
                for (int spins = random.nextInt(50); spins > 0; spins--) {
                    Thread.onSpinWait();
                }
                if (south.enable()) {
                    continue;
                }
            }
            doorbell.sleep("the consumer");
        }
    }
}
