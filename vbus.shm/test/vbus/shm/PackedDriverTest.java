// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.shm.PackedGuest.AVAIL;
import static vbus.shm.PackedGuest.USED;
import static vbus.shm.PackedGuest.WRITE;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A driver whose device writes what it wants into the descriptor ring. @spec virtio 1.2, 2.8
class PackedDriverTest {

    private static final int SIZE = 3;

    private final PackedGuest packed = new PackedGuest(Arena.ofAuto(), SIZE);
    private final Bell toDevice = new Bell();
    private final long[] cookies = new long[SIZE];
    private final int[] lengths = new int[SIZE];
    private PackedDriver driver = driver(RingFeatures.NONE);

    private PackedDriver driver(RingFeatures features) {
        return new PackedDriver(packed.queue, features, IndirectTables.NONE, Direction.FROM_DEVICE, toDevice);
    }

    private void offer(long... wanted) {
        for (long cookie : wanted) {
            assertTrue(driver.offer(TestGuest.BASE, 8, cookie));
        }
        driver.publish();
    }

    private void use(int place, int id, int length) {
        packed.descriptor(place, 0, length, id, AVAIL | USED | WRITE);
    }

    private void assertBroken(String fault) {
        assertEquals(DriverRing.BROKEN, driver.reap(cookies, lengths));
        assertEquals(fault, driver.fault());
        assertEquals(DriverRing.BROKEN, driver.reap(cookies, lengths), "for ever");
    }

    @Test
    void shouldReapInAnyOrder() {
        offer(10, 11);
        use(0, 1, 5);
        use(1, 0, 6);

        assertEquals(2, driver.reap(cookies, lengths));

        assertArrayEquals(new long[] {11, 10, 0}, cookies);
        assertArrayEquals(new int[] {5, 6, 0}, lengths);
        assertEquals(SIZE, driver.free());
    }

    @Test
    void shouldReadNoLengthWithoutTheWriteFlag() {
        offer(10);
        packed.descriptor(0, 0, 77, 0, AVAIL | USED);

        assertEquals(1, driver.reap(cookies, lengths));

        assertEquals(0, lengths[0]);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, SIZE, 0x7fff, 0xffff})
    void shouldTellOfAnIdThatTheDeviceDoesNotHave(int id) {
        offer(10, 11);
        use(0, id, 0);

        assertBroken("used id %d: want one of a chain that the device has".formatted(id));
    }

    @Test
    void shouldTellOfABufferThatIsCompletedTwice() {
        offer(10, 11);
        use(0, 1, 0);
        use(1, 1, 0);

        assertBroken("used id 1: want one of a chain that the device has");
    }

    @ParameterizedTest
    @ValueSource(ints = {9, -1, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void shouldTellOfMoreBytesThanWereLent(int length) {
        offer(10);
        use(0, 0, length);

        assertBroken("used id 0 with %d bytes: want at most 8".formatted(length & 0xffff_ffffL));
    }

    @Test
    void shouldReapNothingThatItDidNotOffer() {
        use(0, 0, 0);

        assertEquals(0, driver.reap(cookies, lengths));
    }

    @Test
    void shouldReapABatchInOrder() {
        driver = driver(new RingFeatures(false, false, true));
        offer(10, 11, 12);
        use(0, 1, 5);

        assertEquals(1, driver.reap(cookies, new int[1]));
        assertTrue(driver.watch(), "the batch waits");
        assertEquals(1, driver.reap(new long[1], lengths));
        assertEquals(5, lengths[0]);
        assertEquals(0, driver.reap(cookies, lengths), "12 is the device's");

        use(2, 2, 1);
        assertEquals(1, driver.reap(cookies, lengths));
        assertEquals(12, cookies[0]);
    }

    @Test
    void shouldTellOfABatchThatEndsInWhatWasNotShown() {
        driver = driver(new RingFeatures(false, false, true));
        offer(10, 11);
        driver.offer(TestGuest.BASE, 8, 12);
        use(0, 2, 0);

        assertBroken("used id 2 is not among the chains that the device has");
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 1", "0, 1, 0", "0, 2, 1"})
    void shouldKickAsTheDeviceAsks(int position, int flags, int kicks) {
        packed.queue.deviceEvent().set(PackedLayout.INT, 0, flags << 16 | position);

        offer(10);

        assertEquals(kicks, toDevice.rung());
    }

    @ParameterizedTest
    @CsvSource({"32768, 1", "32769, 1", "32770, 0", "0, 0"})
    void shouldKickAtThePositionThatTheDeviceSays(int position, int kicks) {
        driver = driver(new RingFeatures(false, true, false));
        packed.queue.deviceEvent().set(PackedLayout.INT, 0, 2 << 16 | position);

        offer(10, 11);

        assertEquals(kicks, toDevice.rung());
    }
}
