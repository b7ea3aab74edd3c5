// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import java.util.stream.DoubleStream;

/// Trials as a machine would give them.
final class Trials {

    static final Limits LIMITS = new Limits(7, 56, 6, 0);

    private Trials() { }

    static Trial near(String leg, double figure) {
        return of(leg, figure, 0, 105, 112, 104);
    }

    static Trial far(String leg, double figure) {
        return of(leg, figure, 0, 501, 480, 505);
    }

    static Trial moved(String leg, double figure) {
        return of(leg, figure, 0, 105, 500);
    }

    static Trial loaded(String leg, double figure) {
        return of(leg, figure, 6.1, 105, 106);
    }

    static Trial of(String leg, double figure, double otherLoad, double... probes) {
        return Trial.of(leg, figure, DoubleStream.of(probes).boxed().toList(), otherLoad, null, LIMITS);
    }
}
