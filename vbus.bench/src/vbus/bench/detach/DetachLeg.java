// SPDX-License-Identifier: Apache-2.0
package vbus.bench.detach;

import java.util.Locale;
import vbus.bench.fork.Child;
import vbus.bench.pair.Leg;

/// A bus in a process of its own, for some seconds.
///
/// @param detaching whether a hundred guests are detached meanwhile; others take their places, so that the load stays
record DetachLeg(boolean detaching, Figure figure, int seconds) implements Leg {

    /// What of a run is compared.
    enum Figure {
        /// Elements of the guest that stays, in millions a second.
        RATE,
        /// The longest time in which none of its elements came back, in microseconds.
        PAUSE,
        /// The median of the times that closing a guest's shared arena took, in microseconds.
        ARENA,
        /// The median of the times that a whole detach took, in microseconds.
        DETACH
    }

    private static final String WARM_MILLIS = "2000";

    @Override
    public String name() {
        return (detaching ? "detaching-" : "calm-") + figure.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public double run() throws Exception {
        try (Child bus = new Child(name(), DetachProcess.class, Boolean.toString(detaching), WARM_MILLIS,
            Integer.toString(seconds * 1000))) {
            return Double.parseDouble(bus.await("figures").split(" ")[figure.ordinal()]);
        }
    }
}
