// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

/// A limit of what flows: bits of frames, from the first byte of the destination to the last of the payload.
///
/// @param bits per second
/// @param burst bytes that may pass at once
record Rate(long bits, long burst) {

    /// The least burst: less would never let the longest packet pass.
    static final long LEAST_BURST = OffloadRules.MOST_GSO;

    /// The largest burst, in bytes.
    static final long MOST_BURST = TokenBucket.MOST_DEPTH / Byte.SIZE;

    Rate {
        if (bits < 1 || bits > TokenBucket.MOST_RATE) {
            throw new IllegalArgumentException("a rate of %d bits/s: want 1..%d".formatted(bits, TokenBucket.MOST_RATE));
        }
        if (burst < LEAST_BURST || burst > MOST_BURST) {
            throw new IllegalArgumentException("a burst of %d bytes: want %d..%d, the longest packet has to fit"
                .formatted(burst, LEAST_BURST, MOST_BURST));
        }
    }

    /// Null when there is no limit. @param bits per second, 0 for no limit @param burst bytes, 0 for a tenth of a second
    static Rate of(long bits, long burst) {
        if (bits == 0) {
            return null;
        }
        final long tenth = Math.min(Math.max(bits / Byte.SIZE / 10, LEAST_BURST), MOST_BURST);
        return new Rate(bits, burst == 0 ? tenth : burst);
    }

    TokenBucket bucket() {
        return new TokenBucket(bits, burst * Byte.SIZE);
    }

    /// For display.
    String text() {
        return bits + " bit/s, burst " + burst + " bytes";
    }
}
