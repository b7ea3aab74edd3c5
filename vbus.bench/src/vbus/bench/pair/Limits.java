// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

/// How much has to be seen, and how long one tries.
///
/// @param pairs pairs of one class that a verdict needs
/// @param attempts legs that are run at most for them
/// @param otherLoad jiffies of other processes per second above which a leg does not count, of 100 for each processor
/// @param quietSeconds how long one waits for less load than that, before all legs together
public record Limits(int pairs, int attempts, double otherLoad, int quietSeconds) {

    /// The smallest number of pairs that is called a measurement.
    public static final int LEAST_PAIRS = 7;

    private static final double OTHER_LOAD = 6;

    public Limits {
        if (pairs < 1 || attempts < 2 * pairs || !(otherLoad > 0) || quietSeconds < 0) {
            throw new IllegalArgumentException(("%d pairs in %d attempts, other load %s, %d s: want at least a pair, two attempts "
                + "for each, a load above 0").formatted(pairs, attempts, otherLoad, quietSeconds));
        }
    }

    /// For a bench: as few pairs as are allowed.
    public static Limits brief() {
        return new Limits(LEAST_PAIRS, 5 * LEAST_PAIRS, load(), Integer.getInteger("vbus.bench.quiet", 60));
    }

    /// For a record.
    public static Limits thorough() {
        return new Limits(3 * LEAST_PAIRS, 30 * LEAST_PAIRS, load(), Integer.getInteger("vbus.bench.quiet", 1800));
    }

    /// `-Dvbus.bench.load=N` raises the threshold on a machine that others use: to try things out, not to measure.
    private static double load() {
        return Double.parseDouble(System.getProperty("vbus.bench.load", Double.toString(OTHER_LOAD)));
    }

    /// True when somebody raised the threshold, so that the figures are not a measurement.
    public boolean raised() {
        return otherLoad > OTHER_LOAD;
    }
}
