// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// How every kind of ring carries buffers in both directions.
class RingTest {

    private static final int SIZE = 4;
    private static final int BYTES = 16;

    private final Arena arena = Arena.ofAuto();
    private final TestGuest guest = new TestGuest(arena, 56, 72); // a buffer lies across the regions
    private final Burst burst = new Burst(2 * SIZE, 4 * SIZE);
    private final long[] cookies = new long[2 * SIZE];
    private final int[] lengths = new int[2 * SIZE];
    private DriverRing driver;
    private Ring device;

    static Object[] shapes() {
        return Pair.Shape.all().toArray();
    }

    private void make(Pair.Shape shape) {
        final Pair pair = shape.make(arena, SIZE, guest.memory, Doorbell.NONE, Doorbell.NONE);
        driver = pair.driver();
        device = pair.device();
    }

    private static long address(int slot) {
        return TestGuest.BASE + (long) slot * BYTES;
    }

    private static byte[] content(int from) {
        final byte[] bytes = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = (byte) (from + i);
        }
        return bytes;
    }

    private void offer(int... slots) {
        for (int slot : slots) {
            assertTrue(driver.offer(address(slot), BYTES, 1000 + slot));
        }
        driver.publish();
    }

    private void takeAndComplete(int chains) {
        assertEquals(chains, device.take(burst, chains));
        for (int i = 0; i < chains; i++) {
            device.complete(burst, i, 0);
        }
        device.publish();
    }

    private int reap() {
        return driver.reap(cookies, lengths);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldBeEmptyAtFirst(Pair.Shape s) {
        make(s);

        assertEquals(SIZE, driver.size());
        assertEquals(SIZE, driver.free());
        assertEquals(SIZE, device.size());
        assertEquals(0, device.take(burst, SIZE));
        assertEquals(0, reap());
        assertEquals(s.position(SIZE, 0, 0), device.position());
        assertNull(device.fault());
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldCarryBytesInOrderManyTimesAround(Pair.Shape s) {
        make(s);
        for (int round = 0; round < 5 * SIZE; round++) {
            final int slot = round % (2 * SIZE);
            guest.put(address(slot), s.transmits() ? content(round) : new byte[BYTES]);
            offer(slot);

            assertEquals(1, device.take(burst, SIZE));
            if (s.transmits()) {
                assertArrayEquals(content(round), TestGuest.read(burst, 0));
            } else {
                TestGuest.write(burst, 0, content(round));
            }
            device.complete(burst, 0, s.transmits() ? 0 : BYTES);
            device.publish();

            assertEquals(1, reap());
            assertEquals(1000 + slot, cookies[0]);
            assertTrue(s.transmits() || lengths[0] == BYTES);
            assertArrayEquals(content(round), guest.get(address(slot), BYTES));
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldShowAChainAsReadableOrWritable(Pair.Shape s) {
        make(s);
        offer(0);

        device.take(burst, 1);

        assertEquals(s.transmits() ? BYTES : 0, burst.readable(0));
        assertEquals(s.transmits() ? 0 : BYTES, burst.writable(0));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldRefuseAnOfferWhenFull(Pair.Shape s) {
        make(s);
        offer(0, 1, 2, 3);

        assertEquals(0, driver.free());
        assertFalse(driver.offer(address(4), BYTES, 1));
        takeAndComplete(1);
        assertFalse(driver.offer(address(4), BYTES, 1), "the driver has not taken it back yet");
        assertEquals(1, reap());
        assertEquals(1, driver.free());
        offer(4);
        assertEquals(SIZE, device.take(burst, 2 * SIZE));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldTakeAllOfAFullRingOnce(Pair.Shape s) {
        make(s);
        offer(0, 1, 2, 3);

        assertEquals(SIZE, device.take(burst, 2 * SIZE));
        assertEquals(0, device.take(new Burst(1, 1), 2 * SIZE), "all are held by the device");
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldTakeNoMoreThanAskedFor(Pair.Shape s) {
        make(s);
        offer(0, 1, 2);

        assertEquals(2, device.take(burst, 2));
        assertEquals(1, device.take(burst, 2));
        assertEquals(0, device.take(burst, 2));
        assertEquals(0, device.take(burst, 0));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldTakeNoMoreChainsThanTheBurstHolds(Pair.Shape s) {
        make(s);
        offer(0, 1, 2);

        assertEquals(2, device.take(new Burst(2, 9), 3));
        assertEquals(1, device.take(burst, 3));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldLeaveAChainWhosePiecesDoNotFitForTheNextBurst(Pair.Shape s) {
        make(s);
        offer(2, 3, 4); // 3 has two pieces
        final Burst small = new Burst(4, 2);

        assertEquals(1, device.take(small, 3));
        device.complete(small, 0, 0);
        assertEquals(1, device.take(small, 3));
        device.complete(small, 0, 0);
        assertEquals(1, device.take(small, 3));
        device.complete(small, 0, 0);
        device.publish();
        assertEquals(3, reap());
        assertArrayEquals(new long[] {1002, 1003, 1004}, Arrays.copyOf(cookies, 3));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldTakeAgainWhatWasGivenBack(Pair.Shape s) {
        make(s);
        IntStream.range(0, SIZE).forEach(i -> guest.put(address(i), content(i * 20)));
        offer(0, 1, 2, 3);
        device.take(burst, SIZE);

        device.complete(burst, 0, 0);
        device.untake(2);

        assertEquals(s.position(SIZE, 2, 1), device.position());
        final Burst second = new Burst(SIZE, 2 * SIZE);
        assertEquals(2, device.take(second, SIZE));
        if (s.transmits()) {
            assertArrayEquals(content(2 * 20), TestGuest.read(second, 0));
        }
        device.complete(burst, 1, 0);
        device.complete(second, 0, 0);
        device.complete(second, 1, 0);
        device.publish();
        assertEquals(SIZE, reap());
        assertArrayEquals(new long[] {1000, 1001, 1002, 1003}, Arrays.copyOf(cookies, SIZE));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldGiveBackOverTheEndOfTheRing(Pair.Shape s) {
        make(s);
        offer(0, 1, 2);
        takeAndComplete(3);
        reap();
        offer(4, 5, 6);

        assertEquals(3, device.take(burst, 3));
        device.untake(3);
        assertEquals(s.position(SIZE, 3, 3), device.position());
        takeAndComplete(3);

        assertEquals(3, reap());
        assertArrayEquals(new long[] {1004, 1005, 1006}, Arrays.copyOf(cookies, 3));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldReapNoMoreThanTheShorterArrayHolds(Pair.Shape s) {
        make(s);
        offer(0, 1, 2, 3);
        takeAndComplete(SIZE);

        assertEquals(1, driver.reap(new long[1], new int[2]));
        assertEquals(2, driver.reap(new long[3], new int[2]));
        assertEquals(0, driver.reap(new long[0], new int[0]));
        assertEquals(1, reap());
        assertEquals(1003, cookies[0]);
    }
}
