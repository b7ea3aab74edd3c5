// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Makes pairs of trials: ours and peer in turn, each pair of one class, its halves next to each other among those that were kept.
///
/// ```
///   ours near, peer near            a pair; the next one begins with the peer
///   peer near, (ours dropped), ours near     a pair too: what is dropped is run again
///   peer near, ours far             no pair: the processors were moved in between; ours waits for a peer that is far
/// ```
public final class Pairing {

    private final int wanted;
    private final Map<Placement, List<Pair>> pairs = new EnumMap<>(Placement.class);
    private final List<Trial> lonely = new ArrayList<>();
    private Trial waiting;
    private boolean waitingIsOurs;
    private boolean beginWithOurs = true;

    /// @param wanted pairs of one class that are enough
    public Pairing(int wanted) {
        this.wanted = wanted;
    }

    /// Whose turn it is.
    public boolean isOurTurn() {
        return waiting == null ? beginWithOurs : !waitingIsOurs;
    }

    /// Adds the trial of the side whose turn it was.
    public void add(Trial trial) {
        final boolean ours = isOurTurn();
        if (!trial.kept()) {
            return;
        }
        if (waiting == null) {
            wait(trial, ours);
        } else if (!waiting.placement().equals(trial.placement())) {
            lonely.add(waiting);
            wait(trial, ours);
        } else {
            final Pair pair = ours ? new Pair(trial, waiting) : new Pair(waiting, trial);
            pairs.computeIfAbsent(pair.placement(), _ -> new ArrayList<>()).add(pair);
            beginWithOurs = ours; // ours peer, peer ours, ours peer ...
            waiting = null;
        }
    }

    private void wait(Trial trial, boolean ours) {
        waiting = trial;
        waitingIsOurs = ours;
    }

    /// The pairs of the class that has most of them.
    public List<Pair> pairs() {
        return pairs.values().stream().max(Comparator.comparingInt(List::size)).map(List::copyOf).orElse(List.of());
    }

    public boolean isComplete() {
        return pairs().size() >= wanted;
    }

    /// Trials that were kept and found no partner of their class.
    public List<Trial> lonely() {
        return List.copyOf(lonely);
    }
}
