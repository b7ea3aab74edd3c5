// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// How far apart the host has put the two processors, by the round trip of a cache line between them.
///
/// The borders lie where no machine of this class was seen for long: about 50 ns on one core, 100 to 130 ns on one chip, 200 to 300 ns
/// and about 500 ns on two.
public enum Placement {
    /// Two threads of one core.
    SIBLINGS(0),
    /// One chip.
    NEAR(80),
    /// Two parts of a chip, or two chips at their best.
    BETWEEN(160),
    /// Two chips.
    FAR(350);

    /// Probes of one leg that differ by more are of two placements, though they be in one class.
    static final double SPREAD = 1.5;

    private final double fromNanos;

    Placement(double fromNanos) {
        this.fromNanos = fromNanos;
    }

    /// The class of one round trip.
    /// Errors: IllegalArgumentException when it is not a positive number.
    public static Placement of(double roundTripNanos) {
        if (!(roundTripNanos > 0)) {
            throw new IllegalArgumentException("round trip of %s ns: want more than 0".formatted(roundTripNanos));
        }
        Placement found = SIBLINGS;
        for (Placement p : values()) {
            if (roundTripNanos >= p.fromNanos) {
                found = p;
            }
        }
        return found;
    }

    /// The class of all round trips of a leg; empty when there are none, when one failed, or when they fall in more than one.
    public static Optional<Placement> ofAll(Collection<Double> roundTripsNanos) {
        final double least = roundTripsNanos.stream().mapToDouble(d -> d).min().orElse(Double.NaN);
        final double most = roundTripsNanos.stream().mapToDouble(d -> d).max().orElse(Double.NaN);
        if (!(least > 0) || most > least * SPREAD || of(least) != of(most)) {
            return Optional.empty();
        }
        return Optional.of(of(least));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
