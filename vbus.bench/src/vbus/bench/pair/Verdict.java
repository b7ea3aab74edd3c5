// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// What a measurement says in the end, in one line.
///
/// ```
///   NAME ours=<value><unit> peer=<name>:<value> ratio=<ours/peer> want=<op><bar> min=<ratio> max=<ratio> pairs=<count> class=<placement>
/// ```
/// Values and the ratio are medians of their own over the pairs, so that the ratio need not be the quotient of the other two. A bar of a
/// difference adds `difference=<value><unit>`. A name that begins with `info-` has no bar.
///
/// @param reason why nothing was measured; null when something was
/// @param want null without a bar
public record Verdict(String name, String unit, String peer, List<Pair> pairs, Want want, String reason) {

    public Verdict {
        if (name.startsWith("info-") != (want == null)) {
            throw new IllegalArgumentException("%s with want %s: want a bar, or a name that begins with info-".formatted(name, want));
        }
        if (pairs.isEmpty() && reason == null) {
            throw new IllegalArgumentException(name + ": want pairs, or a reason for none");
        }
    }

    /// A verdict on pairs of one class.
    public static Verdict of(String name, String unit, List<Pair> pairs, Want want) {
        return new Verdict(name, unit, pairs.isEmpty() ? "" : pairs.getFirst().peer().leg(), List.copyOf(pairs), want, null);
    }

    /// An honest end without a figure.
    public static Verdict notMeasured(String name, Want want, String reason) {
        return new Verdict(name, "", "", List.of(), want, reason);
    }

    /// False when a bar is missed, or nothing was measured that has one.
    public boolean isMet() {
        if (want == null) {
            return true;
        }
        return reason == null && want.isMetBy(want.ofDifference() ? median(Pair::difference) : median(Pair::ratio));
    }

    @Override
    public String toString() {
        if (reason != null) {
            return name + " not measured: " + reason + (want == null ? "" : " want=" + want);
        }
        final double[] ratios = sorted(Pair::ratio);
        return name + " ours=" + Trial.number(median(p -> p.ours().figure())) + unit
            + " peer=" + peer + ":" + Trial.number(median(p -> p.peer().figure()))
            + " ratio=" + Trial.number(median(Pair::ratio))
            + (want != null && want.ofDifference() ? " difference=" + Trial.number(median(Pair::difference)) + want.unit() : "")
            + (want == null ? "" : " want=" + want)
            + " min=" + Trial.number(ratios[0]) + " max=" + Trial.number(ratios[ratios.length - 1])
            + " pairs=" + pairs.size() + " class=" + pairs.getFirst().placement();
    }

    private double median(ToDoubleFunction<Pair> of) {
        return median(sorted(of));
    }

    private double[] sorted(ToDoubleFunction<Pair> of) {
        final double[] values = pairs.stream().mapToDouble(of).toArray();
        Arrays.sort(values);
        return values;
    }

    /// The middle of sorted values, or the mean of the two in the middle.
    static double median(double[] sorted) {
        final int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
