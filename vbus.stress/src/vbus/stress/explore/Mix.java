// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

/// Spreads the bits of numbers, for fingerprints. The finalizer is that of SplitMix64 (Steele, Lea, Flood 2014).
final class Mix {

    private Mix() { }

    static long of(long a) {
        long x = a + 0x9e3779b97f4a7c15L;
        x = (x ^ x >>> 30) * 0xbf58476d1ce4e5b9L;
        x = (x ^ x >>> 27) * 0x94d049bb133111ebL;
        return x ^ x >>> 31;
    }

    static long of(long a, long b) {
        return of(of(a) ^ b);
    }
}
