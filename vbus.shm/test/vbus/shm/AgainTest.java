// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Buffers that are offered again, and completions that are only counted.
class AgainTest {

    private static final int SIZE = 4;
    private static final int BYTES = 8;
    private static final RingFeatures IN_ORDER = new RingFeatures(false, false, true);

    private final Arena arena = Arena.ofAuto();
    private final TestGuest guest = new TestGuest(arena, SIZE * BYTES / 2, SIZE * BYTES);
    private final Burst burst = new Burst(SIZE, 4 * SIZE);

    private Pair pair(Pair.Kind kind, Direction direction, RingFeatures features) {
        return new Pair.Shape(kind, direction, features).make(arena, SIZE, guest.memory, Doorbell.NONE, Doorbell.NONE);
    }

    private static long slot(int place) {
        return TestGuest.BASE + (long) place * BYTES;
    }

    private static void round(DriverRing driver) {
        for (int place = 0; place < SIZE; place++) {
            assertTrue(driver.offer(slot(place), BYTES, place));
        }
        driver.publish();
    }

    private int serve(Pair pair, int most) {
        final int n = pair.device().take(burst, most);
        pair.device().completeRead(burst, 0, n);
        pair.device().publish();
        return n;
    }

    private String read(int chain) {
        return new String(TestGuest.read(burst, chain), StandardCharsets.US_ASCII);
    }

    @Test
    void shouldOfferWhatWasOfferedARoundBefore() {
        final Pair p = pair(Pair.Kind.SPLIT, Direction.TO_DEVICE, IN_ORDER);
        round(p.driver());
        assertEquals(SIZE, serve(p, SIZE));
        assertEquals(SIZE, p.driver().reap(SIZE));
        for (int place = 0; place < SIZE; place++) {
            guest.put(slot(place), ("message" + place).getBytes(StandardCharsets.US_ASCII));
        }

        assertEquals(3, p.driver().again(3));
        assertEquals(0, p.device().take(burst, SIZE), "not shown before publish");
        p.driver().publish();

        assertEquals(3, p.device().take(burst, SIZE));
        assertArrayEquals(new String[] {"message0", "message1", "message2"}, new String[] {read(0), read(1), read(2)});
        p.device().completeRead(burst, 0, 3);
        p.device().publish();
        final long[] cookies = new long[SIZE];
        assertEquals(3, p.driver().reap(cookies, new int[SIZE]));
        assertArrayEquals(new long[] {0, 1, 2, 0}, cookies);
        assertEquals(SIZE, p.driver().again(SIZE + 1), "from the last place on, no more than fit");
        p.driver().publish();
        assertEquals(SIZE, p.device().take(burst, SIZE));
        assertEquals("message3message0", read(0) + read(1));
    }

    @Test
    void shouldOfferNothingAgainInTheFirstRound() {
        final Pair p = pair(Pair.Kind.SPLIT, Direction.TO_DEVICE, IN_ORDER);
        assertEquals(0, p.driver().again(SIZE));
        for (int place = 0; place < SIZE - 1; place++) {
            p.driver().offer(slot(place), BYTES, place);
        }
        p.driver().publish();
        serve(p, SIZE);
        assertEquals(SIZE - 1, p.driver().reap(SIZE));
        assertEquals(0, p.driver().again(SIZE));
    }

    @Test
    void shouldOfferNothingAgainWhereAChainHadSeveralDescriptors() {
        final Pair p = pair(Pair.Kind.SPLIT, Direction.TO_DEVICE, IN_ORDER);
        round(p.driver());
        serve(p, SIZE);
        p.driver().reap(SIZE);
        assertTrue(p.driver().offer(new Chain(2).readable(slot(0), 3).readable(slot(1), 3), 7));
        p.driver().publish();
        serve(p, SIZE);
        assertEquals(1, p.driver().reap(SIZE));
        assertEquals(0, p.driver().again(SIZE));
        assertEquals(SIZE, p.driver().free());
    }

    @ParameterizedTest
    @MethodSource("vbus.shm.Pair$Shape#all")
    void shouldOfferAgainOnlyWhereItCan(Pair.Shape shape) {
        final Pair p = shape.make(arena, SIZE, guest.memory, Doorbell.NONE, Doorbell.NONE);
        round(p.driver());
        serve(p, SIZE);
        assertEquals(SIZE, p.driver().reap(SIZE));
        final int again = p.driver().again(2);
        assertEquals(shape.kind() == Pair.Kind.SPLIT && shape.features().inOrder() ? 2 : 0, again);
        assertEquals(shape.kind() == Pair.Kind.IOQ && !shape.transmits() ? SIZE : SIZE - again, p.driver().free());
    }

    @ParameterizedTest
    @MethodSource("vbus.shm.Pair$Shape#all")
    void shouldCountWhatCameBack(Pair.Shape shape) {
        final Pair p = shape.make(arena, SIZE, guest.memory, Doorbell.NONE, Doorbell.NONE);
        round(p.driver());
        assertEquals(0, p.driver().reap(SIZE));
        serve(p, 3);
        assertEquals(2, p.driver().reap(2));
        assertEquals(1, p.driver().reap(SIZE));
        assertEquals(0, p.driver().reap(SIZE));
        serve(p, SIZE);
        assertEquals(1, p.driver().reap(SIZE));
    }

    @Test
    void shouldTellOfLengthsWhereTheDeviceWrote() {
        final Pair p = pair(Pair.Kind.SPLIT, Direction.FROM_DEVICE, IN_ORDER);
        round(p.driver());
        p.device().take(burst, SIZE);
        for (int i = 0; i < SIZE; i++) {
            p.device().complete(burst, i, i + 1);
        }
        p.device().publish();
        final int[] lengths = new int[SIZE];
        assertEquals(SIZE, p.driver().reap(new long[SIZE], lengths));
        assertArrayEquals(new int[] {1, 2, 3, 4}, lengths);
    }
}
