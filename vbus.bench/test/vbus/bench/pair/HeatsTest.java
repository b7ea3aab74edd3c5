// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Every leg is seen in one class, however the machine moves.
class HeatsTest {

    private final List<String> ran = new ArrayList<>();
    private final Leg a = Leg.of("a", () -> 1);
    private final Leg b = Leg.of("b", () -> 2);

    private Map<String, Double> figures(int attempts, Trial... machine) {
        final Deque<Trial> trials = new ArrayDeque<>(List.of(machine));
        final Map<Leg, Trial> found = new Heats(leg -> {
            ran.add(leg.name());
            return trials.remove();
        }, List.of(a, b)).run(attempts);
        return found.entrySet().stream().collect(Collectors.toMap(e -> e.getKey().name(), e -> e.getValue().figure()));
    }

    @Test
    void shouldRunEachOnceOnAQuietMachine() {
        assertEquals(Map.of("a", 1.0, "b", 2.0), figures(2, Trials.near("a", 1), Trials.near("b", 2)));
        assertEquals(List.of("a", "b"), ran);
    }

    @Test
    void shouldRunAgainWhatWasSeenInAnotherClass() {
        assertEquals(Map.of("a", 0.5, "b", 0.7), figures(2, Trials.near("a", 1), Trials.far("b", 0.7), Trials.far("a", 0.5)));
        assertEquals(List.of("a", "b", "a"), ran);
    }

    @Test
    void shouldEndWithNothingWhenItWasNotToBeHad() {
        assertTrue(figures(2, Trials.moved("a", 1), Trials.loaded("b", 1), Trials.near("a", 1), Trials.far("b", 1)).isEmpty());
        assertEquals(4, ran.size());
    }
}
