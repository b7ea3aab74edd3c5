// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

/// A limit of a rate: so many units a second, and as many at once as the bucket holds. Exact: nothing is rounded.
///
/// ```
///   credit, in units times 10^9:   + rate * nanoseconds at each refill, never above depth * 10^9      - units * 10^9 for what passes
/// ```
/// Units: whatever is counted, bits or frames; time in nanoseconds. Threads: one at a time. Allocates nothing.
final class TokenBucket {

    /// The deepest bucket, in units: its credit still fits into a long. As bits it is a little more than 1 GiB.
    static final long MOST_DEPTH = Long.MAX_VALUE / 1_000_000_000L;

    /// The most units per second.
    static final long MOST_RATE = 1_000_000_000_000L;

    private static final long SECOND = 1_000_000_000L;

    private final long rate;
    private final long full;
    private long credit;
    private long last;
    private boolean begun;

    /// A full bucket. @param rate units per second @param depth units that may pass at once
    TokenBucket(long rate, long depth) {
        if (rate < 1 || rate > MOST_RATE || depth < 1 || depth > MOST_DEPTH) {
            throw new IllegalArgumentException("a rate of %d and a burst of %d: want 1..%d and 1..%d"
                .formatted(rate, depth, MOST_RATE, MOST_DEPTH));
        }
        this.rate = rate;
        full = depth * SECOND;
        credit = full;
    }

    /// Time has passed; once per burst is enough. A clock that stands still or goes back gives nothing.
    void refill(long now) {
        final long passed = begun ? now - last : 0;
        if (begun && passed <= 0) {
            return;
        }
        begun = true;
        last = now;
        credit = passed > (full - credit) / rate ? full : credit + passed * rate; // the product is at most what lacks: no overflow
    }

    /// True when so many units may pass, at most [#MOST_DEPTH].
    boolean holds(long units) {
        return credit >= units * SECOND;
    }

    /// So many units, which it holds, pass.
    void take(long units) {
        credit -= units * SECOND;
    }

    /// The units pass if it holds so many.
    boolean passes(long units) {
        final boolean passes = holds(units);
        if (passes) {
            take(units);
        }
        return passes;
    }
}
