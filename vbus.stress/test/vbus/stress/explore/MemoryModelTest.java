// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The machine has exactly the outcomes of the model: what x86 can show is found, what it can not is not.
class MemoryModelTest {

    private static Set<String> outcomes(Machine.Model model, String test) {
        final Set<String> outcomes = new TreeSet<>();
        final Exploration e = new Explorer(model, null, "vbus.stress.scenario.LitmusScenario", test, outcomes).all(100_000);
        assertNull(e.violation());
        assertTrue(e.complete(), e::toString);
        return outcomes;
    }

    @ParameterizedTest
    @CsvSource({
        "TSO, SB, '0 0, 0 1, 1 0, 1 1'", "TSO, SB+fence, '0 0, 0 1, 1 0, 1 1'", "TSO, SB+fences, '0 1, 1 0, 1 1'",
        "TSO, SB+own, '1 0 1 0, 1 0 1 1, 1 1 1 0, 1 1 1 1'",
        "TSO, MP, '0 0, 0 1, 1 1'", "TSO, MP+release, '0 0, 0 1, 1 1'",
        "TSO, 2W, '1 2, 2 1, 2 2'", "TSO, CoRR, '0 0, 0 1, 0 2, 1 1, 1 2, 2 2'", "TSO, bytes, '0 10001, 1 10001, 10001 10001'",
        "WEAK_STORES, SB+fences, '0 1, 1 0, 1 1'", "WEAK_STORES, MP, '0 0, 0 1, 1 0, 1 1'", "WEAK_STORES, MP+release, '0 0, 0 1, 1 1'",
        "WEAK_STORES, 2W, '1 1, 1 2, 2 1, 2 2'", "WEAK_STORES, CoRR, '0 0, 0 1, 0 2, 1 1, 1 2, 2 2'",
        "WEAK_STORES, bytes, '0 10001, 1 10001, 10000 10001, 10001 10001'"})
    void shouldShowTheOutcomesOfTheModelAndNoOthers(Machine.Model model, String test, String outcomes) {
        assertEquals(new TreeSet<>(List.of(outcomes.split(", "))), outcomes(model, test));
    }

    @Test
    void shouldShowStoresToAllOthersAtOnce() {
        final Set<String> outcomes = outcomes(Machine.Model.TSO, "IRIW");

        assertEquals(15, outcomes.size()); // two readers that disagree, "1 0 1 0", is what is missing
        assertTrue(!outcomes.contains("1 0 1 0"), outcomes::toString);
    }
}
