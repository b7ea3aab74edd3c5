// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Finds the best of several legs, so that a contest can be one against one: they run in turn until every one was seen in one class.
///
/// Each figure is that of one leg, so two that are close to each other may change places: what is then measured in pairs is not.
public final class Heats {

    private final Map<Placement, Map<Leg, Trial>> seen = new EnumMap<>(Placement.class);
    private final Function<Leg, Trial> stand;
    private final List<Leg> legs;

    /// @param stand runs a leg once: [Stand#run]
    public Heats(Function<Leg, Trial> stand, List<Leg> legs) {
        this.stand = stand;
        this.legs = List.copyOf(legs);
    }

    /// What each leg gave in one class; empty when that was not to be had in as many attempts for each.
    public Map<Leg, Trial> run(int attempts) {
        Map<Leg, Trial> now = Map.of(); // of the class that the machine had last
        for (int left = attempts * legs.size(), turn = 0; left > 0 && now.size() < legs.size(); left--, turn++) {
            final Leg leg = next(now, turn);
            final Trial trial = stand.apply(leg);
            if (trial.kept()) {
                now = seen.computeIfAbsent(trial.placement().orElseThrow(), _ -> new HashMap<>());
                now.put(leg, trial);
            }
        }
        return now.size() < legs.size() ? Map.of() : now;
    }

    private Leg next(Map<Leg, Trial> now, int turn) {
        final List<Leg> lacking = legs.stream().filter(l -> !now.containsKey(l)).toList();
        return lacking.get(turn % lacking.size());
    }

}
