// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Enough pairs, or an honest end.
class ContestTest {

    private final Leg ours = Leg.of("ours", () -> 1);
    private final Leg peer = Leg.of("peer", () -> 1);
    private final List<String> ran = new ArrayList<>();

    private Verdict run(Function<Leg, Trial> machine) {
        return new Contest(leg -> {
            ran.add(leg.name());
            return machine.apply(leg);
        }, Trials.LIMITS, ours, peer).run("ring", "M/s", Want.of(">=1.0"));
    }

    @Test
    void shouldEndWithPairsEnough() {
        final Verdict verdict = run(leg -> Trials.near(leg.name(), leg == ours ? 3 : 2));

        assertTrue(verdict.isMet());
        assertEquals(7, verdict.pairs().size());
        assertEquals(14, ran.size());
    }

    @Test
    void shouldEndWithoutAFigureWhenTheMachineIsNotToBeHad() {
        final Verdict verdict = run(leg -> Trials.loaded(leg.name(), 1));

        assertFalse(verdict.isMet());
        assertEquals(Trials.LIMITS.attempts(), ran.size());
        assertEquals("ring not measured: 56 legs against peer, 56 dropped, 0 without a partner: 0 pairs of one class, want 7 want=>=1.0",
            verdict.toString());
    }
}
