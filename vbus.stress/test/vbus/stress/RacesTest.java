// SPDX-License-Identifier: Apache-2.0
package vbus.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import vbus.stress.explore.Fence;

/// jcstress on real cores: nothing forbidden with all fences, a lost wake-up without one.
class RacesTest {

    private static final int RACES = 11;
    private static final int SECONDS = 150;
    private static final int ATTEMPTS = 5;

    private static Path folder(String name) {
        return Path.of(System.getProperty("vbus.root"), "vbus.stress/generated/jcstress", name);
    }

    @Test
    void shouldShowNothingForbidden() throws Exception {
        final Races.Result result = new Races(folder("all"), Races.SHORT).run(".*", null, SECONDS);

        assertEquals(List.of(), result.forbidden(), () -> "see " + result.log());
        assertEquals(0, result.failed() + result.errors(), () -> "see " + result.log());
        assertEquals(RACES, result.passed(), () -> "see " + result.log());
    }

    /// `SplitRing.watch` without its fence: the device clears NO_NOTIFY, but looks at the available index before the driver sees that.
    @Test
    void shouldLoseAWakeupWithoutTheFenceOfSplitRingWatch() throws Exception {
        final Fence fence = new FenceProof("SplitRing", "watch", 0, null).find();
        Races.Result result = null;
        for (int i = 0; i < ATTEMPTS && (result == null || result.failed() == 0); i++) { // two cores need not meet in so short a time
            result = new Races(folder("mutant"), Races.SHORT).run("SplitRaces.DeviceSleeps", fence, SECONDS);
        }

        final Races.Result last = result;
        assertEquals(1, last.failed(), () -> "see " + last.log());
        assertTrue(last.forbidden().getFirst().contains("SplitRaces.DeviceSleeps"), last.forbidden()::toString);
        assertTrue(last.forbidden().getFirst().contains("false, false"), last.forbidden()::toString);
    }
}
