// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a guest may write into an IOQ, and what a device may write there to deceive a driver.
class IoqHostileTest {

    private static final int COUNT = 4;
    private static final int REGION = 64;

    private final TestGuest guest = new TestGuest(Arena.ofAuto(), REGION, REGION);
    private final MemorySegment ring = Arena.ofAuto().allocate(Ioq.byteSize(COUNT), 8);
    private final Burst burst = new Burst(COUNT, 2 * COUNT);

    IoqHostileTest() {
        Ioq.format(ring, COUNT);
    }

    private IoqDriver driver(Direction direction) {
        return new IoqDriver(ring, direction, new Signal(Ioq.signal(ring), Side.NORTH, Doorbell.NONE));
    }

    private IoqRing device(Direction direction) {
        return new IoqRing(ring, direction, guest.memory, Doorbell.NONE);
    }

    private void write(int position, long address, long length) {
        final long at = IoqLayout.descriptor(position);
        ring.set(IoqLayout.LONG, at + IoqLayout.ADDRESS, address);
        ring.set(IoqLayout.LONG, at + IoqLayout.LENGTH, length);
        ring.set(IoqLayout.BYTE, at + IoqLayout.SOWN, (byte) 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, 1L << 31, 1L << 32, Long.MAX_VALUE})
    void shouldBreakForALengthThatIsNone(long length) {
        IoqRing device = device(Direction.TO_DEVICE);
        write(0, TestGuest.BASE, length);

        assertEquals(Ring.BROKEN, device.take(burst, COUNT));

        assertEquals("descriptor 0 has length " + length + ": want 0..2147483647", device.fault());
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "128, 1", "128, 0", "127, 2", "0, 129", "0, 2147483647", "64, 65", "-65536, 8", "9223372036854710271, 8",
        "-9223372036854775808, 8"})
    void shouldBreakForABufferOutsideTheMemory(long offset, long length) {
        IoqRing device = device(Direction.FROM_DEVICE);
        write(0, TestGuest.BASE + offset, length);

        assertEquals(Ring.BROKEN, device.take(burst, COUNT));

        assertEquals("descriptor 0: guest range 0x%x + %d bytes is outside the guest's memory".formatted(TestGuest.BASE + offset, length),
            device.fault());
    }

    @Test
    void shouldStayBroken() {
        IoqRing device = device(Direction.TO_DEVICE);
        write(0, TestGuest.BASE, -1);
        device.take(burst, COUNT);

        write(0, TestGuest.BASE, 8);

        assertEquals(Ring.BROKEN, device.take(burst, COUNT));
        assertEquals(0, burst.chains());
        assertFalse(device.watch());
    }

    @Test
    void shouldBreakForTheSecondDescriptorToo() {
        IoqRing device = device(Direction.TO_DEVICE);
        write(0, TestGuest.BASE, 8);
        write(1, TestGuest.BASE, -1);

        assertEquals(Ring.BROKEN, device.take(burst, COUNT));

        assertTrue(device.fault().startsWith("descriptor 1 "), device.fault());
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void shouldTakeABufferOverTwoRegionsThatTouch(Direction direction) {
        IoqRing device = device(direction);
        write(0, TestGuest.BASE + REGION - 3, 8);
        final byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8};

        assertEquals(1, device.take(burst, COUNT));
        if (direction == Direction.TO_DEVICE) {
            guest.put(TestGuest.BASE + REGION - 3, bytes);
            assertArrayEquals(bytes, TestGuest.read(burst, 0));
        } else {
            TestGuest.write(burst, 0, bytes);
            assertArrayEquals(bytes, guest.get(TestGuest.BASE + REGION - 3, 8));
        }
    }

    @Test
    void shouldTakeAllOfTheMemoryAsOneBuffer() {
        IoqRing device = device(Direction.TO_DEVICE);
        write(0, TestGuest.BASE, 2 * REGION);

        assertEquals(1, device.take(burst, COUNT));

        assertEquals(2 * REGION, burst.readable(0));
    }

    @Test
    void shouldTakeAnEmptyBuffer() {
        IoqRing device = device(Direction.TO_DEVICE);
        write(0, TestGuest.BASE, 0);

        assertEquals(1, device.take(burst, COUNT));

        assertEquals(0, burst.readable(0));
    }

    @Test
    void shouldBreakForABufferWithMorePiecesThanTheDeviceTakes() {
        IoqRing device = device(Direction.TO_DEVICE);
        write(0, TestGuest.BASE + REGION - 3, 8);

        assertEquals(Ring.BROKEN, device.take(new Burst(COUNT, 1), COUNT));

        assertEquals("descriptor 0 has more pieces than the device takes", device.fault());
    }

    @Test
    void shouldUseTheMemoryOfThisBurst() {
        IoqRing device = device(Direction.TO_DEVICE);
        write(0, TestGuest.BASE, 8);
        write(1, TestGuest.BASE, 8);
        assertEquals(1, device.take(burst, 1));

        guest.memory.remove(guest.low);

        assertEquals(Ring.BROKEN, device.take(burst, 1));
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void shouldNotTakeMoreThanTheRingHoldsWhenTheOwnerIsToggled(Direction direction) {
        IoqRing device = device(direction);
        for (int i = 0; i < COUNT; i++) {
            write(i, TestGuest.BASE, 8);
        }
        int taken = 0;
        for (int i = 0; i < 10 * COUNT; i++) {
            ring.set(IoqLayout.BYTE, IoqLayout.descriptor(i % COUNT) + IoqLayout.SOWN, (byte) (i & 3));
            ring.set(IoqLayout.BYTE, IoqLayout.descriptor(i % COUNT) + IoqLayout.SOWN, (byte) 1);
            taken += device.take(burst, COUNT);
        }

        assertEquals(COUNT, taken);
        assertFalse(device.watch(), "what it holds does not wait");
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void shouldKeepItsPositionWhateverSoundIndexesTheGuestWrites(Direction direction) {
        IoqRing device = device(direction);
        final Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            for (long at : new long[] {24, 28, 36, 40}) {
                ring.set(IoqLayout.INT, at, random.nextInt(COUNT));
            }
            ring.set(IoqLayout.BYTE, 32, (byte) random.nextInt(2));
            ring.set(IoqLayout.BYTE, 44, (byte) random.nextInt(2));
            write(i % COUNT, TestGuest.BASE, 8);
            assertEquals(i % COUNT, device.position());
            assertEquals(1, device.take(burst, COUNT));
            device.complete(burst, 0, 8);
            device.publish();
        }

        assertNull(device.fault());
        assertEquals(COUNT, device.size());
    }

    @ParameterizedTest
    @CsvSource({"24, valid head 4 tail 0", "28, valid head 0 tail 4", "36, inuse head 4 tail 0", "40, inuse head 0 tail 4"})
    void shouldBreakForAnIndexOutOfRange(long at, String what) {
        IoqRing device = device(Direction.TO_DEVICE);
        ring.set(IoqLayout.INT, at, COUNT);
        assertEquals(0, device.take(burst, COUNT), "nothing is there, nobody looks");
        write(0, TestGuest.BASE, 8);

        assertEquals(Ring.BROKEN, device.take(burst, COUNT));

        final String[] word = what.split(" ", 2);
        assertEquals("index \"%s\" has %s full 0: want 0..3, full 0 or 1".formatted(word[0], word[1]), device.fault());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void shouldBreakForAnIndexThatIsNone(int index) {
        IoqRing device = device(Direction.FROM_DEVICE);
        ring.set(IoqLayout.INT, 28, index);
        write(0, TestGuest.BASE, 8);

        assertEquals(Ring.BROKEN, device.take(burst, COUNT));

        assertEquals("index \"valid\" has head 0 tail %d full 0: want 0..3, full 0 or 1".formatted(index & 0xffff_ffffL), device.fault());
    }

    @ParameterizedTest
    @CsvSource({"32, valid, 2", "32, valid, 255", "44, inuse, 2", "44, inuse, 128"})
    void shouldBreakForAFullFlagThatIsNone(long at, String index, int full) {
        IoqRing device = device(Direction.FROM_DEVICE);
        ring.set(IoqLayout.BYTE, at, (byte) full);
        write(0, TestGuest.BASE, 8);

        assertEquals(Ring.BROKEN, device.take(burst, COUNT));

        assertEquals("index \"%s\" has head 0 tail 0 full %d: want 0..3, full 0 or 1".formatted(index, full), device.fault());
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "255, 0", "1, 2", "1, 255"})
    void shouldBreakForAFlagOfADescriptorThatIsNone(int sown, int valid) {
        IoqRing device = device(Direction.TO_DEVICE);
        write(0, TestGuest.BASE, 8);
        write(1, TestGuest.BASE, 8);
        ring.set(IoqLayout.BYTE, IoqLayout.descriptor(1) + IoqLayout.SOWN, (byte) sown);
        ring.set(IoqLayout.BYTE, IoqLayout.descriptor(1) + IoqLayout.VALID, (byte) valid);

        assertEquals(Ring.BROKEN, device.take(burst, COUNT));

        assertEquals("descriptor 1 has sown %d valid %d: want 0 or 1".formatted(sown, valid), device.fault());
    }

    @ParameterizedTest
    @CsvSource({"0, 9", "0, -1", "2, 8", "255, 0"})
    void shouldTellTheDriverWhatTheDeviceDidWrong(int sown, long length) {
        IoqDriver driver = driver(Direction.FROM_DEVICE);
        driver.offer(TestGuest.BASE, 8, 1);
        ring.set(IoqLayout.LONG, IoqLayout.descriptor(0) + IoqLayout.LENGTH, length);
        ring.set(IoqLayout.BYTE, IoqLayout.descriptor(0) + IoqLayout.SOWN, (byte) sown);

        assertEquals(DriverRing.BROKEN, driver.reap(new long[1], new int[1]));

        assertEquals("descriptor 0 has sown %d length %d: want sown 0 or 1, at most 8 bytes".formatted(sown, length), driver.fault());
        assertEquals(DriverRing.BROKEN, driver.reap(new long[1], new int[1]), "for ever");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, 1L << 31, Long.MAX_VALUE})
    void shouldTellTheDriverOfALengthThatIsNone(long length) {
        IoqDriver driver = driver(Direction.FROM_DEVICE);
        driver.offer(TestGuest.BASE, 8, 1);
        write(0, TestGuest.BASE, length);
        IoqLayout.give(ring, 0, Side.NORTH);

        assertEquals(DriverRing.BROKEN, driver.reap(new long[1], new int[1]));
    }

    @Test
    void shouldNotLetTheDriverReapWhatItDidNotOffer() {
        IoqDriver driver = driver(Direction.TO_DEVICE); // every descriptor is the north's, none was offered

        assertEquals(0, driver.reap(new long[COUNT], new int[COUNT]));

        assertFalse(driver.watch());
    }

    @Test
    void shouldKeepTheDriversCookieFromTheDevice() {
        IoqDriver driver = driver(Direction.TO_DEVICE);
        driver.offer(TestGuest.BASE, 8, 77);
        ring.set(IoqLayout.LONG, IoqLayout.descriptor(0) + IoqLayout.COOKIE, 666);
        IoqLayout.give(ring, 0, Side.NORTH);
        final long[] cookies = new long[1];

        assertEquals(1, driver.reap(cookies, new int[1]));

        assertEquals(77, cookies[0]);
    }
}
