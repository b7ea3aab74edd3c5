// SPDX-License-Identifier: Apache-2.0
package vbus.bench;

import vbus.bench.pair.Limits;

/// How long a measurement takes. The code is the same.
public enum Form {
    /// Minutes at most: `./vbus bench`.
    SHORT(2, Limits.brief()),
    /// For the record: `./vbus record`.
    LONG(4, Limits.thorough());

    private final int seconds;
    private final Limits limits;

    Form(int seconds, Limits limits) {
        this.seconds = seconds;
        this.limits = limits;
    }

    /// Seconds of a leg that count, its warm-up not among them.
    public int seconds() {
        return seconds;
    }

    public Limits limits() {
        return limits;
    }

    public boolean isLong() {
        return this == LONG;
    }
}
