// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

/// How fast a processor gets through instructions that do not wait for each other.
///
/// A virtual machine's processor is often one of the two threads of a core, and what runs on the other one is another guest's: nothing in
/// `/proc` tells of it, no time is stolen, the round trip of a cache line stays the same, and yet the processor does half as much. Such a
/// stretch of independent additions takes 1.7 to 2 times as long then; a chain of dependent ones would not.
public final class Pace {

    private static final int ROUNDS = 30_000;
    private static final int TRIES = 3;
    /// Above the least that was seen by this factor, a processor shares its core.
    private static final double SHARED = 1.2;

    private static volatile long sink; // so that the additions are needed

    private double least = Double.POSITIVE_INFINITY;

    /// Nanoseconds of the stretch, on the processor of the calling thread: the least of some tries, each of about 50 us. An interrupt
    /// lengthens one of them, a neighbour all.
    public static long nanos() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
            final long start = System.nanoTime();
            sink = stretch(start);
            least = Math.min(least, System.nanoTime() - start);
        }
        return least;
    }

    private static long stretch(long seed) {
        long a = seed;
        long b = 2;
        long c = 3;
        long d = 4;
        long e = 5;
        long f = 6;
        for (int i = 0; i < ROUNDS; i++) {
            a += i ^ b;
            b ^= i + c;
            c += i ^ d;
            d ^= i + e;
            e += f ^ i;
            f ^= i + 77;
        }
        return a + b + c + d + e + f;
    }

    /// Takes note of a stretch; the least of all is what a processor does that has its core alone.
    public synchronized void saw(double nanos) {
        least = nanos > 0 ? Math.min(least, nanos) : least;
    }

    /// True when a stretch of this length, which was noted too, was run on a core without a neighbour.
    public synchronized boolean isAlone(double nanos) {
        return nanos > 0 && nanos <= least * SHARED;
    }

    @Override
    public synchronized String toString() {
        return "%.1f us".formatted(least / 1000);
    }
}
