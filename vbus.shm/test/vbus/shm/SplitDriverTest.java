// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A driver whose device writes what it wants into the used ring.
class SplitDriverTest {

    private static final int SIZE = 4;

    private final SplitQueue queue = SplitQueue.in(Arena.ofAuto().allocate(SplitQueue.byteSize(SIZE), 16), SIZE);
    private final Bell toDevice = new Bell();
    private final SplitDriver driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.FROM_DEVICE, toDevice);
    private final long[] cookies = new long[SIZE];
    private final int[] lengths = new int[SIZE];

    private void use(int slot, int id, int length) {
        queue.used().set(SplitLayout.INT, 4 + 8L * slot, id);
        queue.used().set(SplitLayout.INT, 8 + 8L * slot, length);
    }

    private void usedIndex(int index) {
        queue.used().set(SplitLayout.SHORT, 2, (short) index);
    }

    private void offer(long... wanted) {
        for (long cookie : wanted) {
            driver.offer(TestGuest.BASE, 8, cookie);
        }
        driver.publish();
    }

    private void assertBroken(String fault) {
        assertEquals(DriverRing.BROKEN, driver.reap(cookies, lengths));
        assertEquals(fault, driver.fault());
        assertEquals(DriverRing.BROKEN, driver.reap(cookies, lengths), "for ever");
    }

    @Test
    void shouldKickADeviceThatDidNotAskOtherwise() {
        offer(1);
        assertEquals(1, toDevice.rung());

        queue.used().set(SplitLayout.SHORT, 0, (short) 1);
        offer(2);
        assertEquals(1, toDevice.rung());
    }

    @Test
    void shouldReapWhatTheDeviceUsed() {
        offer(10, 11);
        use(0, 1, 5);
        usedIndex(1);

        assertEquals(1, driver.reap(cookies, lengths));

        assertEquals(11, cookies[0]);
        assertEquals(5, lengths[0]);
        assertEquals(SIZE - 1, driver.free());
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 0x7fff, 0x8000, 0xffff})
    void shouldTellOfAnIndexPastWhatWasOffered(int index) {
        offer(10, 11);
        usedIndex(index);

        assertBroken("used index %d is %d ahead of 0: want at most 2".formatted(index, index));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, SIZE, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x10000})
    void shouldTellOfAnIdOutOfRange(int id) {
        offer(10, 11);
        use(0, id, 0);
        usedIndex(1);

        assertBroken("used id %d: want one of a chain that the device has".formatted(id & 0xffff_ffffL));
    }

    @Test
    void shouldTellOfAnIdThatWasNotOffered() {
        offer(10, 11);
        use(0, 3, 0);
        usedIndex(1);

        assertBroken("used id 3: want one of a chain that the device has");
    }

    @Test
    void shouldTellOfABufferThatIsCompletedTwice() {
        offer(10, 11);
        use(0, 0, 0);
        use(1, 0, 0);
        usedIndex(2);

        assertBroken("used id 0: want one of a chain that the device has");
    }

    @ParameterizedTest
    @ValueSource(ints = {9, -1, Integer.MIN_VALUE})
    void shouldTellOfMoreBytesThanWereLent(int length) {
        offer(10);
        use(0, 0, length);
        usedIndex(1);

        assertBroken("used id 0 with %d bytes: want at most 8".formatted(length & 0xffff_ffffL));
    }

    @Test
    void shouldClearItsQueue() {
        queue.avail().fill((byte) 0xff);
        queue.used().fill((byte) 0xff);

        final SplitDriver fresh = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.TO_DEVICE, Doorbell.NONE);

        assertEquals(0, fresh.reap(cookies, lengths));
        assertArrayEquals(new byte[10], Arrays.copyOf(queue.avail().toArray(ValueLayout.JAVA_BYTE), 10));
    }
}
