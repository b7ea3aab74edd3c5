// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// Which stretches were run on a core without a neighbour.
class PaceTest {

    private final Pace pace = new Pace();

    @Test
    void shouldKnowNothingBeforeItSawAStretch() {
        assertFalse(pace.isAlone(Double.NaN));
        assertFalse(pace.isAlone(0));
    }

    @Test
    void shouldTakeTheLeastForAlone() {
        pace.saw(45_000);
        assertTrue(pace.isAlone(45_000));
        assertTrue(pace.isAlone(53_000));
        assertFalse(pace.isAlone(80_000));
    }

    @Test
    void shouldFindOutThatItNeverWasAlone() {
        pace.saw(80_000);
        assertTrue(pace.isAlone(80_000));
        pace.saw(45_000);
        assertFalse(pace.isAlone(80_000));
        pace.saw(80_000);
        assertFalse(pace.isAlone(80_000), "what was seen last says nothing");
    }

    @Test
    void shouldLeaveOutWhatIsNoTime() {
        pace.saw(45_000);
        pace.saw(0);
        pace.saw(Double.NaN);
        assertTrue(pace.isAlone(45_000));
    }

    @Test
    void shouldMeasureSomething() {
        assertTrue(Pace.nanos() > 0);
    }
}
