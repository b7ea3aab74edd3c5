// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import java.util.function.Function;

/// Ours against one peer: runs both in turn until there are pairs enough, or no attempts are left.
public final class Contest {

    private final Function<Leg, Trial> stand;
    private final Limits limits;
    private final Leg ours;
    private final Leg peer;

    public Contest(Stand stand, Leg ours, Leg peer) {
        this(stand::run, stand.limits(), ours, peer);
    }

    Contest(Function<Leg, Trial> stand, Limits limits, Leg ours, Leg peer) {
        this.stand = stand;
        this.limits = limits;
        this.ours = ours;
        this.peer = peer;
    }

    /// The verdict of a bar, or without one; that nothing was measured when too few pairs of one class were seen.
    public Verdict run(String name, String unit, Want want) {
        final Pairing pairing = new Pairing(limits.pairs());
        int dropped = 0;
        int attempts = 0;
        while (!pairing.isComplete() && attempts < limits.attempts()) {
            final Trial trial = stand.apply(pairing.isOurTurn() ? ours : peer);
            pairing.add(trial);
            attempts++;
            dropped += trial.kept() ? 0 : 1;
        }
        if (!pairing.isComplete()) {
            return Verdict.notMeasured(name, want, "%d legs against %s, %d dropped, %d without a partner: %d pairs of one class, want %d"
                .formatted(attempts, peer.name(), dropped, pairing.lonely().size(), pairing.pairs().size(), limits.pairs()));
        }
        return Verdict.of(name, unit, pairing.pairs(), want);
    }
}
