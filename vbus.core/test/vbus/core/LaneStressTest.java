// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// A kick that is lost is one after which a lane sleeps with work at hand: so its producer waits for it after each burst.
class LaneStressTest {

    private static final int KICKS = 1_000_000;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final AtomicInteger produced = new AtomicInteger();
    private final AtomicInteger consumed = new AtomicInteger();

    @Test
    void shouldLoseNoKick() throws IOException {
        long seed = Seed.of("LaneStressTest");
        SplittableRandom random = new SplittableRandom(seed);
        try (Lane lane = new Lane("lane of LaneStressTest", new IdlePolicy(0))) {
            LaneGroup group = new LaneGroup(lane, new Sessions(new EventJournal(), () -> { }));
            group.activate();
            lane.run(() -> lane.add(new LaneSource(group, null, new IdleRing(), 0, budget -> {
                int now = produced.getAcquire();
                int did = now - consumed.getPlain();
                consumed.setRelease(now);
                return did;
            })));

            for (int kicks = 0; kicks < KICKS;) {
                for (int burst = random.nextInt(1, 200); burst > 0; burst--) {
                    produced.setRelease(++kicks); // no fence: that is the kick's business
                    lane.kick();
                    for (int pause = random.nextInt(8); pause > 0; pause--) {
                        Thread.onSpinWait();
                    }
                }
                await(kicks);
            }
        }
    }

    private void await(int kicks) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (consumed.getAcquire() < kicks) {
            Thread.yield(); // the lane may be on this processor
            assertTrue(System.nanoTime() < end, "kick " + kicks + " was lost");
        }
    }
}
