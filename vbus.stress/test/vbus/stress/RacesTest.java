// SPDX-License-Identifier: Apache-2.0
package vbus.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import vbus.stress.explore.Fence;

/// jcstress on real cores: nothing forbidden with all fences, a lost wake-up without one.
class RacesTest {

    private static final int RACES = 15;
    private static final int SECONDS = 150;

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

    /// `Signal.inject` without its fence: the north looks whether the south is enabled before the south can see that it is dirty.
    @Test
    void shouldLoseAWakeupWithoutTheFenceOfSignalInject() throws Exception {
        final Fence fence = new FenceProof("Signal", "inject", 0, null).find();
        final Races races = new Races(folder("mutant"), Races.SHORT);
        final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);

        Races.Result result = races.run("SignalRaces.(Enable|Acknowledge)", fence, SECONDS);
        while (result.failed() == 0 && System.nanoTime() < deadline) { // on a busy machine the two cores may not meet in so short a time
            result = races.run("SignalRaces.(Enable|Acknowledge)", fence, SECONDS);
        }

        final Path log = result.log();
        assertTrue(result.failed() > 0, () -> "see " + log);
        assertEquals(result.failed(), result.forbidden().size(), () -> "see " + log);
        assertTrue(result.forbidden().stream().allMatch(l -> l.contains("SignalRaces.") && l.contains("false, false")), () -> "see " + log);
    }
}
