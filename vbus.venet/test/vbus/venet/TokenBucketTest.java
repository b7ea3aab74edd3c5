// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenBucketTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void shouldLetItsDepthPassAtOnceAndNoMore() {
        var bucket = new TokenBucket(10, 3);
        bucket.refill(5);

        assertTrue(bucket.passes(3));
        assertFalse(bucket.passes(1));
    }

    @Test
    void shouldLetAUnitPassAtTheNanosecondThatItIsDue() {
        var bucket = new TokenBucket(3, 2);
        bucket.refill(0);
        assertTrue(bucket.passes(2));

        bucket.refill(333_333_333);
        assertFalse(bucket.passes(1));
        bucket.refill(333_333_334);
        assertTrue(bucket.passes(1));
        bucket.refill(666_666_666);
        assertFalse(bucket.passes(1));
        bucket.refill(666_666_667);
        assertTrue(bucket.passes(1), "what was over of the first third counts");
    }

    @Test
    void shouldTakeNothingFromAClockThatGoesBack() {
        var bucket = new TokenBucket(1, 1);
        bucket.refill(10 * SECOND);
        bucket.take(1);

        bucket.refill(0);
        bucket.refill(10 * SECOND);
        assertFalse(bucket.holds(1));
        bucket.refill(11 * SECOND);
        assertTrue(bucket.holds(1));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1000000000000, 9223372036", "1, 9223372036", "1000000000000, 1", "64000, 524456"})
    void shouldNotOverflow(long rate, long depth) {
        var bucket = new TokenBucket(rate, depth);
        bucket.refill(Long.MIN_VALUE / 2);
        bucket.take(depth);

        bucket.refill(Long.MAX_VALUE / 2);

        assertTrue(bucket.holds(depth));
        bucket.take(depth);
        assertFalse(bucket.holds(1));
    }

    /// A seed of failure is printed by the assertion; it replays the same history.
    @Test
    void shouldAgreeWithExactArithmetic() {
        for (long seed = 0; seed < 50; seed++) {
            final Random random = new Random(seed);
            final long rate = 1 + (random.nextLong() >>> 1) % TokenBucket.MOST_RATE;
            final long depth = 1 + (random.nextLong() >>> 1) % TokenBucket.MOST_DEPTH;
            var bucket = new TokenBucket(rate, depth);
            bucket.refill(0);
            final BigInteger full = BigInteger.valueOf(depth).multiply(BigInteger.valueOf(SECOND));
            BigInteger credit = full;
            long now = 0;
            for (int step = 0; step < 1000; step++) {
                final long passed = random.nextLong() >>> random.nextInt(20, 63);
                now += passed;
                bucket.refill(now);
                credit = credit.add(BigInteger.valueOf(passed).multiply(BigInteger.valueOf(rate))).min(full);
                final long units = Math.min(depth, random.nextLong(1 + depth / random.nextLong(1, 20)));
                final BigInteger price = BigInteger.valueOf(units).multiply(BigInteger.valueOf(SECOND));
                final boolean passes = credit.compareTo(price) >= 0;
                assertEquals(passes, bucket.passes(units), "seed " + seed + " step " + step);
                credit = passes ? credit.subtract(price) : credit;
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "-1, 1", "1, 0", "1000000000001, 1", "1, 9223372037"})
    void shouldRefuseWhatItCanNotCount(long rate, long depth) {
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(rate, depth));
    }
}
