// SPDX-License-Identifier: Apache-2.0
package vbus.bench.priority;

import java.util.Arrays;

/// How long frames were on their way, from publish to take-off, and how many others came. Threads: one.
final class Delays {

    private final long[] nanos;
    private int count;
    private long others;

    Delays(int most) {
        nanos = new long[most];
    }

    /// A frame that was sent then, in nanoseconds of the clock, or one that does not say it: 0.
    void came(long sent) {
        if (sent == 0) {
            others++;
        } else if (count < nanos.length) {
            nanos[count++] = System.nanoTime() - sent;
        } else {
            throw new IllegalStateException("more than %d delays: want fewer".formatted(nanos.length));
        }
    }

    int count() {
        return count;
    }

    long others() {
        return others;
    }

    /// Which so many of a hundred do not exceed, in nanoseconds.
    /// Errors: IllegalStateException when nothing came.
    long percentile(int of) {
        if (count == 0) {
            throw new IllegalStateException("no frame of class 7 came");
        }
        final long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[(int) (((long) count * of + 99) / 100) - 1];
    }
}
