// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// One run of a leg, with what was seen of the machine meanwhile.
///
/// @param leg name of the leg
/// @param figure what it gave; not a number when it failed
/// @param probes round trips between the processors while it ran, in nanoseconds
/// @param otherLoad jiffies of other processes, per second
/// @param dropped why it does not count; null when it does
public record Trial(String leg, double figure, List<Double> probes, double otherLoad, String dropped) {

    /// Columns of [#row].
    public static final String COLUMNS = "leg\tfigure\tclass\tother load, jiffies/s\tprobes, ns\tdropped because";

    /// What was seen of a leg, kept when the rules allow it.
    static Trial of(String leg, double figure, List<Double> probes, double otherLoad, String failure, Limits limits) {
        return new Trial(leg, figure, List.copyOf(probes), otherLoad, why(figure, probes, otherLoad, failure, limits));
    }

    private static String why(double figure, List<Double> probes, double otherLoad, String failure, Limits limits) {
        if (failure != null) {
            return "failed: " + failure;
        } else if (!(figure > 0)) {
            return "figure " + figure;
        } else if (otherLoad > limits.otherLoad()) {
            return String.format(Locale.ROOT, "other load %.1f > %.1f jiffies/s", otherLoad, limits.otherLoad());
        } else if (probes.isEmpty() || probes.contains(Double.NaN)) {
            return "not probed";
        }
        return Placement.ofAll(probes).isEmpty() ? "the processors were moved" : null;
    }

    public boolean kept() {
        return dropped == null;
    }

    /// The class of its probes; empty when they fall in more than one.
    public Optional<Placement> placement() {
        return Placement.ofAll(probes);
    }

    /// For a table of raw rows.
    public String row() {
        return String.join("\t", leg, number(figure), placement().map(Placement::toString).orElse("mixed"),
            String.format(Locale.ROOT, "%.1f", otherLoad), roundTrips(), kept() ? "-" : dropped);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %-28s %10s  %-8s other %5.1f/s  probes %s%s", kept() ? "kept   " : "dropped", leg,
            number(figure), placement().map(Placement::toString).orElse("mixed"), otherLoad, roundTrips(),
            kept() ? "" : "  because: " + dropped);
    }

    private String roundTrips() {
        return probes.stream().map(p -> String.format(Locale.ROOT, "%.0f", p)).collect(Collectors.joining(" "));
    }

    /// Four digits, without an exponent.
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        final double size = Math.abs(value);
        final int decimals = size == 0 ? 0 : Math.clamp(3 - (int) Math.floor(Math.log10(size)), 0, 6);
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
