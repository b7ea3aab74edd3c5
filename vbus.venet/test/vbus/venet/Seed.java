// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

/// The seed of a random test: printed, and replayed with `-Dvbus.seed=N`.
final class Seed {

    private Seed() { }

    static long of(String test) {
        final long seed = Long.getLong("vbus.seed", System.nanoTime());
        System.out.println(test + ": -Dvbus.seed=" + seed);
        return seed;
    }
}
