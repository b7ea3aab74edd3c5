// SPDX-License-Identifier: Apache-2.0
package vbus.bench;

/// The seed of a soak, replayed with `-Dvbus.seed=N`.
public final class Seed {

    private static final long SEED = Long.getLong("vbus.seed", System.nanoTime());

    private Seed() { }

    /// The seed of this run.
    public static long value() {
        return SEED;
    }
}
