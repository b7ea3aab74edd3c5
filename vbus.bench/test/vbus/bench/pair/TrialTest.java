// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What counts, and why the rest does not.
class TrialTest {

    @Test
    void shouldKeepAQuietLegOfOneClass() {
        assertTrue(Trials.near("ring", 17.25).kept());
        assertTrue(Trials.of("ring", 17.25, 6, 105).kept());
    }

    @Test
    void shouldDropALegWithItsReason() {
        assertEquals("the processors were moved", Trials.moved("ring", 17).dropped());
        assertEquals("other load 6.1 > 6.0 jiffies/s", Trials.loaded("ring", 17).dropped());
        assertEquals("not probed", Trials.of("ring", 17, 0).dropped());
        assertEquals("not probed", Trials.of("ring", 17, 0, 105, Double.NaN).dropped());
        assertEquals("figure 0.0", Trials.near("ring", 0).dropped());
        assertEquals("figure NaN", Trials.near("ring", Double.NaN).dropped());
        assertEquals("failed: it broke", Trial.of("ring", Double.NaN, List.of(105.0), 0, "it broke", Trials.LIMITS).dropped());
    }

    @Test
    void shouldSayAllThatItSaw() {
        assertEquals("ring\t17.25\tnear\t0.0\t105 112 104\t-", Trials.near("ring", 17.25).row());
        assertEquals("ring\t17.25\tmixed\t0.0\t105 500\tthe processors were moved", Trials.moved("ring", 17.25).row());
        assertEquals(Trial.COLUMNS.split("\t").length, Trials.near("ring", 17.25).row().split("\t").length);
        assertFalse(Trials.near("ring", 17.25).toString().contains("because"));
        assertTrue(Trials.loaded("ring", 17.25).toString().endsWith("because: other load 6.1 > 6.0 jiffies/s"));
    }

    @Test
    void shouldWriteNumbersOfFourDigits() {
        assertEquals("0", Trial.number(0));
        assertEquals("17.25", Trial.number(17.254));
        assertEquals("12346", Trial.number(12345.6));
        assertEquals("0.05001", Trial.number(0.050011));
        assertEquals("-1.500", Trial.number(-1.5));
        assertEquals("-", Trial.number(Double.NaN));
    }
}
