// SPDX-License-Identifier: Apache-2.0
package vbus.bench.priority;

import java.util.Locale;
import java.util.function.Consumer;
import vbus.bench.fork.Child;
import vbus.bench.pair.Leg;

/// The p99 delay of class 7 in microseconds. Where nothing else is sent, half of what a burst of class 0 takes is added, so that the bar
/// of twice the peer is twice the delay and a burst.
///
/// @param told hears what else a run said
record PriorityLeg(boolean loaded, int seconds, Consumer<PriorityLeg.Seen> told) implements Leg {

    private static final String WARM_MILLIS = "1000";

    /// What a run saw beside its figure.
    record Seen(boolean loaded, double p99Nanos, long lost, long sent, double burstNanos, double offeredRatio) {

        static Seen of(boolean loaded, String line) {
            final String[] f = line.split(" ");
            return new Seen(loaded, Double.parseDouble(f[0]), Long.parseLong(f[1]), Long.parseLong(f[2]), Double.parseDouble(f[3]),
                Double.parseDouble(f[4]));
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s: class 7 p99 %.2f us, %d of %d lost; a burst of class 0 takes %.2f us%s",
                loaded ? "loaded" : "unloaded", p99Nanos / 1e3, lost, sent, burstNanos / 1e3,
                loaded ? String.format(Locale.ROOT, "; class 0 offered at %.1f times what was forwarded", offeredRatio) : "");
        }
    }

    @Override
    public String name() {
        return loaded ? "loaded" : "unloaded-and-half-a-burst";
    }

    @Override
    public boolean bearsProbes() {
        return false;
    }

    @Override
    public double run() throws Exception {
        try (Child bus = new Child(name(), PriorityProcess.class, Boolean.toString(loaded), WARM_MILLIS,
            Integer.toString(seconds * 1000))) {
            final Seen seen = Seen.of(loaded, bus.await("figures"));
            told.accept(seen);
            return (loaded ? seen.p99Nanos : seen.p99Nanos + seen.burstNanos / 2) / 1e3;
        }
    }
}
