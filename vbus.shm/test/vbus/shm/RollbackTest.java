// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A burst of a device that an error cuts at any point, and what the driver sees of it afterwards: each buffer once, in its order.
class RollbackTest {

    private static final int SIZE = 8;
    private static final int BYTES = 8;
    private static final int STEPS = 11;

    /// What a device may be interrupted by.
    private static final class Cut extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final Arena arena = Arena.ofAuto();
    private final TestGuest guest = new TestGuest(arena, 64, 64);
    private final Burst first = new Burst(SIZE, SIZE);
    private final Burst second = new Burst(SIZE, SIZE);
    private final long[] cookies = new long[2 * SIZE];
    private final int[] lengths = new int[2 * SIZE];
    private Pair pair;
    private boolean cutDoorbell;
    private int rung;

    static Object[] shapes() {
        return Pair.Shape.all().toArray();
    }

    private void make(Pair.Shape shape) {
        pair = shape.make(arena, SIZE, guest.memory, Doorbell.NONE, () -> {
            rung++;
            if (cutDoorbell) {
                throw new Cut();
            }
        });
        pair.driver().watch();
    }

    private void offer(long from, int number) {
        for (long cookie = from; cookie < from + number; cookie++) {
            assertTrue(pair.driver().offer(TestGuest.BASE, BYTES, cookie));
        }
        pair.driver().publish();
    }

    /// A burst of four chains that ends after `steps` of its steps.
    private void burst(int steps) {
        final Ring device = pair.device();
        for (int step = 0; step < steps; step++) {
            switch (step) {
                case 0 -> assertEquals(2, device.take(first, 2));
                case 1 -> device.complete(first, 0, 0);
                case 2 -> assertEquals(3, device.take(second, 3));
                case 3 -> device.complete(second, 1, 0); // before its turn
                case 4 -> device.untake(1);
                case 5 -> device.complete(second, 0, 0);
                case 6 -> device.complete(first, 1, 0);
                case 7 -> assertEquals(1, device.take(first, 1));
                case 8 -> device.untake(1);
                case 9 -> device.publish();
                default -> assertEquals(2, device.take(first, 2));
            }
        }
    }

    private long[] finish(int most) {
        final Ring device = pair.device();
        for (int n = device.take(first, SIZE); n > 0; n = device.take(first, SIZE)) {
            device.completeRead(first, 0, n);
            device.publish();
        }
        assertNull(device.fault());
        final int n = pair.driver().reap(cookies, lengths);
        assertTrue(n >= 0, pair.driver().fault());
        assertEquals(most, n);
        return Arrays.stream(cookies, 0, n).sorted().toArray();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldLoseNothingAndRepeatNothingWhereverABurstIsCut(Pair.Shape shape) {
        for (int cut = 0; cut <= STEPS; cut++) {
            for (int before = 0; before < 3; before++) { // so that the cut lies at other places of the ring, also at its end
                make(shape);
                offer(100, 3 * before);
                finish(3 * before);
                offer(0, 6);
                burst(cut);

                pair.device().rollback();

                assertArrayEquals(LongStream.range(0, 6).toArray(), finish(6), "cut after step " + cut);
                assertEquals(SIZE, pair.driver().free());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldShowNothingOfABurstThatWasTakenBack(Pair.Shape shape) {
        make(shape);
        offer(0, 6);
        burst(9);

        pair.device().rollback();
        pair.device().publish();

        assertEquals(0, pair.driver().reap(cookies, lengths));
        assertFalse(pair.driver().watch());
        assertEquals(0, rung);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldKeepWhatAnInterruptedPublishHadShown(Pair.Shape shape) {
        make(shape);
        offer(0, 6);
        cutDoorbell = true;
        assertThrows(Cut.class, () -> burst(10));
        cutDoorbell = false;
        final int seen = pair.driver().reap(cookies, lengths); // the driver may look at any time
        assertEquals(4, seen);
        pair.driver().offer(TestGuest.BASE, BYTES, 6);
        pair.driver().offer(TestGuest.BASE, BYTES, 7);
        pair.driver().publish();

        pair.device().rollback();

        assertArrayEquals(LongStream.of(4, 5, 6, 7).toArray(), finish(4));
        assertTrue(rung >= 2, "who was interrupted in telling tells again");
        assertEquals(SIZE, pair.driver().free());
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldTellAgainWhatAnInterruptedPublishMayHaveToldNobody(Pair.Shape shape) {
        make(shape);
        offer(0, 1);
        pair.device().take(first, 1);
        pair.device().complete(first, 0, 0);
        cutDoorbell = true;
        assertThrows(Cut.class, () -> pair.device().publish());
        cutDoorbell = false;
        final int before = rung;
        pair.device().rollback();

        pair.driver().watch();
        pair.device().publish();

        assertEquals(before + 1, rung);
        assertEquals(1, pair.driver().reap(cookies, lengths));
        pair.device().publish();
        assertEquals(before + 1, rung, "once");
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldGiveBackWhatATakeThatThrewHadTaken(Pair.Shape shape) {
        make(shape);
        offer(0, 3);
        final Burst none = new Burst(SIZE, SIZE);
        assertEquals(2, pair.device().take(none, 2));
        assertThrows(RuntimeException.class, () -> pair.device().take(null, 1));

        pair.device().rollback();

        assertArrayEquals(LongStream.range(0, 3).toArray(), finish(3));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldTakeTheRestOfABurstWhoseMemoryCameBack(Pair.Shape shape) {
        final Region region;
        try (Arena gone = Arena.ofConfined()) {
            region = new Region(1L << 33, gone.allocate(BYTES, 8));
            guest.memory.add(region);
            make(shape);
            offer(0, 2);
            assertTrue(pair.driver().offer(region.address(), BYTES, 2));
            pair.driver().publish();
        }
        final byte[] bytes = new byte[BYTES];
        assertThrows(IllegalStateException.class, () -> {
            assertEquals(3, pair.device().take(first, 3)); // where the device reads, it may fail here already
            for (int chain = 0; chain < 3; chain++) {
                if (shape.transmits()) {
                    TestGuest.read(first, chain);
                } else {
                    TestGuest.write(first, chain, bytes);
                }
                pair.device().complete(first, chain, shape.transmits() ? 0 : BYTES);
            }
        });

        pair.device().rollback();
        guest.memory.remove(region);
        guest.memory.add(new Region(region.address(), Arena.ofAuto().allocate(BYTES, 8)));

        assertArrayEquals(LongStream.range(0, 3).toArray(), finish(3));
    }
}
