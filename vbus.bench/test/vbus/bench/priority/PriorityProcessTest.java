// SPDX-License-Identifier: Apache-2.0
package vbus.bench.priority;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vbus.bench.frames.SwitchDevice;
import vbus.core.Standalone;

/// A run gives figures; here on whatever processors are free.
class PriorityProcessTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSeeFramesOfClass7(boolean loaded) {
        try (Standalone bus = new Standalone("bench", "lan", SwitchDevice.make())) {
            final PriorityLeg.Seen seen = PriorityLeg.Seen.of(loaded, new PriorityProcess(bus, loaded).run(200, 200));

            assertTrue(seen.p99Nanos() > 0, seen.toString());
            assertTrue(seen.sent() > seen.lost() && seen.lost() >= 0, seen.toString());
            assertTrue(seen.burstNanos() > 0, seen.toString());
            assertEquals(loaded, seen.offeredRatio() > 0, seen.toString());
        }
    }

    @Test
    void shouldTellPercentilesAndCountOthers() {
        final Delays delays = new Delays(100);
        assertThrows(IllegalStateException.class, () -> delays.percentile(99));
        final long now = System.nanoTime();
        for (int i = 1; i <= 100; i++) {
            delays.came(now - i * 1_000_000_000L);
        }
        delays.came(0);

        assertEquals(99, delays.percentile(99) / 1_000_000_000L);
        assertEquals(50, delays.percentile(50) / 1_000_000_000L);
        assertEquals(100, delays.count());
        assertEquals(1, delays.others());
        assertThrows(IllegalStateException.class, () -> delays.came(now));
    }
}
