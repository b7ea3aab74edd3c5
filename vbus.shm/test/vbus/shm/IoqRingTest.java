// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What an IOQ does besides what every ring does: completion in order, and what it checks when a side attaches.
class IoqRingTest {

    private static final int COUNT = 3; // no power of two
    private static final int BYTES = 8;

    private final TestGuest guest = new TestGuest(Arena.ofAuto(), 64, 64);
    private final MemorySegment ring = Arena.ofAuto().allocate(Ioq.byteSize(COUNT), 8);
    private final Bell toDriver = new Bell();
    private final Burst burst = new Burst(COUNT, COUNT);
    private final long[] cookies = new long[COUNT];
    private final int[] lengths = new int[COUNT];

    IoqRingTest() {
        Ioq.format(ring, COUNT);
    }

    private IoqDriver driver(Direction direction) {
        return new IoqDriver(ring, direction, new Signal(Ioq.signal(ring), Side.NORTH, Doorbell.NONE));
    }

    private IoqRing device(Direction direction) {
        return new IoqRing(ring, direction, guest.memory, toDriver);
    }

    private static void offer(DriverRing driver, long... cookies) {
        for (long cookie : cookies) {
            assertTrue(driver.offer(TestGuest.BASE, BYTES, cookie));
        }
        driver.publish();
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void shouldHoldBackWhatIsCompletedEarly(Direction direction) {
        IoqDriver driver = driver(direction);
        IoqRing device = device(direction);
        offer(driver, 10, 11, 12);
        device.take(burst, COUNT);

        device.complete(burst, 2, 2);
        device.complete(burst, 1, 1);
        device.publish();
        assertTrue(device.ordered());
        assertEquals(0, driver.reap(cookies, lengths));
        assertEquals(0, toDriver.rung(), "nothing to see yet");

        device.complete(burst, 0, 3);
        device.publish();
        assertEquals(3, driver.reap(cookies, lengths));
        assertArrayEquals(new long[] {10, 11, 12}, cookies);
        assertEquals(1, toDriver.rung());
    }

    @Test
    void shouldKeepTheLengthOfWhatIsHeldBack() {
        IoqDriver driver = driver(Direction.FROM_DEVICE);
        IoqRing device = device(Direction.FROM_DEVICE);
        offer(driver, 10, 11, 12);
        device.take(burst, COUNT);

        device.complete(burst, 1, 5);
        device.complete(burst, 2, 6);
        device.complete(burst, 0, 4);
        assertEquals(0, driver.reap(cookies, lengths), "hidden until publish");
        device.publish();

        assertEquals(3, driver.reap(cookies, lengths));
        assertArrayEquals(new int[] {4, 5, 6}, lengths);
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void shouldReleaseOnlyUpToTheNextThatIsNotCompleted(Direction direction) {
        IoqDriver driver = driver(direction);
        IoqRing device = device(direction);
        offer(driver, 10, 11, 12);
        device.take(burst, COUNT);

        device.complete(burst, 2, 0);
        device.complete(burst, 0, 0);
        device.publish();
        assertEquals(1, driver.reap(cookies, lengths));

        device.complete(burst, 1, 0);
        device.publish();
        assertEquals(2, driver.reap(cookies, lengths));
        assertArrayEquals(new long[] {11, 12}, Arrays.copyOf(cookies, 2));
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void shouldNotTakeWhatItHoldsAlthoughTheOwnerSaysSouth(Direction direction) {
        IoqDriver driver = driver(direction);
        IoqRing device = device(direction);
        offer(driver, 10, 11, 12);
        assertEquals(2, device.take(burst, 2));
        assertEquals(1, device.take(new Burst(COUNT, COUNT), COUNT));

        assertEquals(0, device.take(new Burst(COUNT, COUNT), COUNT));
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void shouldGoOnAtTheIndexInTheMemory(Direction direction) {
        IoqDriver driver = driver(direction);
        IoqRing before = device(direction);
        offer(driver, 10, 11);
        before.take(burst, COUNT);
        before.complete(burst, 0, 0);
        before.complete(burst, 1, 0);
        before.publish();
        driver.reap(cookies, lengths);
        offer(driver, 12, 13);

        IoqRing after = device(direction);

        assertEquals(before.position(), after.position());
        assertEquals(2, after.take(burst, COUNT));
        after.complete(burst, 0, 0);
        after.complete(burst, 1, 0);
        after.publish();
        assertEquals(2, driver.reap(cookies, lengths));
        assertArrayEquals(new long[] {12, 13}, Arrays.copyOf(cookies, 2));
    }

    @Test
    void shouldRefuseMemoryWithoutAHead() {
        MemorySegment small = ring.asSlice(0, 55);

        var e = assertThrows(IllegalArgumentException.class,
            () -> new IoqRing(small, Direction.TO_DEVICE, guest.memory, Doorbell.NONE));

        assertTrue(e.getMessage().startsWith("IOQ of 55 bytes at "), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 0x47fa2fe5", "4, 3", "4, 5", "4, -1"})
    void shouldRefuseAnotherMagicOrVersion(long at, String value) {
        ring.set(IoqLayout.INT, at, Integer.decode(value));

        var e = assertThrows(IllegalArgumentException.class, () -> device(Direction.TO_DEVICE));

        assertTrue(e.getMessage().endsWith("want 0x47fa2fe4 version 4"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> driver(Direction.TO_DEVICE));
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "2", "4", "2049", "-2147483648", "2147483647"})
    void shouldRefuseACountThatDoesNotFitTheMemory(int count) {
        ring.set(IoqLayout.INT, 48, count);

        var e = assertThrows(IllegalArgumentException.class, () -> device(Direction.FROM_DEVICE));

        assertEquals("IOQ of " + count + " descriptors in 152 bytes: want 1..2048 descriptors, 56 + 32 bytes for each", e.getMessage());
    }

    @Test
    void shouldRefuseMoreThan2048DescriptorsAlthoughTheyFit() {
        MemorySegment large = Arena.ofAuto().allocate(Ioq.byteSize(2049), 8);
        MemorySegment.copy(ring, 0, large, 0, 56);
        large.set(IoqLayout.INT, 48, 2049);

        assertThrows(IllegalArgumentException.class, () -> new IoqRing(large, Direction.TO_DEVICE, guest.memory, Doorbell.NONE));
        assertThrows(IllegalArgumentException.class, () -> Ioq.format(large, 2049));
    }

    @ParameterizedTest
    @CsvSource({"TO_DEVICE, 36, -1", "TO_DEVICE, 36, 3", "TO_DEVICE, 36, 2147483647", "FROM_DEVICE, 40, 3", "FROM_DEVICE, 40, -2147483648"})
    void shouldRefuseAnIndexOutsideTheRing(Direction direction, long at, int index) {
        ring.set(IoqLayout.INT, at, index);

        var e = assertThrows(IllegalArgumentException.class, () -> device(direction));

        assertEquals("IOQ index " + index + " at byte " + at + ": want 0..2", e.getMessage());
    }

    @Test
    void shouldRefuseASignalWithAnotherMagic() {
        ring.set(IoqLayout.INT, 8, 0);

        assertThrows(IllegalArgumentException.class, () -> device(Direction.TO_DEVICE));
    }

    @Test
    void shouldRefuseARingThatIsNotAligned() {
        MemorySegment odd = Arena.ofAuto().allocate(Ioq.byteSize(COUNT) + 8, 8).asSlice(4, Ioq.byteSize(COUNT));
        MemorySegment.copy(ring, 0, odd, 0, odd.byteSize());

        var e = assertThrows(IllegalArgumentException.class, () -> new IoqRing(odd, Direction.TO_DEVICE, guest.memory, Doorbell.NONE));

        assertTrue(e.getMessage().endsWith("want at least 56 bytes, aligned to 8"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"0, 56", "-1, 24", "1, 87", "1, 89"})
    void shouldNotFormatMemoryOfAnotherSize(int count, long bytes) {
        MemorySegment memory = Arena.ofAuto().allocate(bytes, 8);

        assertThrows(IllegalArgumentException.class, () -> Ioq.format(memory, count));
    }

    @Test
    void shouldTellTheCookieAndShowWhatTheGuestWroteInALentBuffer() {
        IoqDriver driver = driver(Direction.FROM_DEVICE);
        IoqRing device = device(Direction.FROM_DEVICE);
        guest.memory.segment(TestGuest.BASE, BYTES).set(java.lang.foreign.ValueLayout.JAVA_BYTE, 5, (byte) 0x5a);
        offer(driver, 0x1122334455667788L, -1);
        device.take(burst, COUNT);
        MemorySegment copy = MemorySegment.ofArray(new byte[3]);

        burst.peek(0, 4, copy, 1, 2);

        assertArrayEquals(new byte[] {0, 0, 0x5a}, copy.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
        assertEquals(0x1122334455667788L, device.cookie(burst, 0));
        assertEquals(-1, device.cookie(burst, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> burst.peek(0, BYTES - 1, copy, 0, 2));
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void shouldTakeABufferOutsideTheMemoryForNothingWhereLenient(Direction direction) {
        IoqDriver driver = driver(direction);
        IoqRing device = new IoqRing(ring, direction, guest.memory, toDriver, true);
        driver.offer(TestGuest.BASE, BYTES, 0);
        driver.offer(-1, BYTES, 1);
        driver.offer(TestGuest.BASE, BYTES, 2);
        driver.publish();

        assertEquals(COUNT, device.take(burst, COUNT));

        for (int chain = 0; chain < COUNT; chain++) {
            assertEquals(chain == 1 ? 0 : BYTES, burst.readable(chain) + burst.writable(chain));
            device.complete(burst, chain, 0);
        }
        device.publish();
        assertEquals(COUNT, driver.reap(cookies, lengths));
    }
}
