// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The bytes of an IOQ after each step of both sides, as AlacrityVM's layout has them.
class IoqLayoutTest {

    private static final long COOKIE = 0x0102030405060708L;
    private static final String EMPTY_DESCRIPTOR = "00".repeat(32);

    private final TestGuest guest = new TestGuest(Arena.ofAuto(), 64, 64);
    private final MemorySegment ring = Arena.ofAuto().allocate(Ioq.byteSize(2), 8);
    private final Burst burst = new Burst(4, 4);

    @BeforeEach
    void format() {
        Ioq.format(ring, 2);
    }

    private IoqDriver driver(Direction direction) {
        return new IoqDriver(ring, direction, new Signal(Ioq.signal(ring), Side.NORTH, Doorbell.NONE));
    }

    private IoqRing device(Direction direction) {
        return new IoqRing(ring, direction, guest.memory, Doorbell.NONE);
    }

    @Test
    void shouldHave56BytesAnd32ForEachDescriptor() {
        assertEquals(56 + 32, Ioq.byteSize(1));
        assertEquals(56 + 32 * 2048, Ioq.byteSize(2048));
    }

    @Test
    void shouldBeginEmpty() {
        Hex.assertBytes("""
            e42ffa47 04000000                   | magic, version
            df39fa58 01000000 010000 010000 0000 | signal
            00000000 00000000 00 000000         | valid: head, tail, full
            00000000 00000000 00 000000         | inuse: head, tail, full
            02000000 00000000                   | count
            """ + EMPTY_DESCRIPTOR + EMPTY_DESCRIPTOR, ring);
    }

    @Test
    void shouldPushValidAndInuseOnATransmitRing() {
        IoqDriver driver = driver(Direction.TO_DEVICE);

        driver.offer(0x1122334455667788L, 0x0a0b0c0d, COOKIE);
        driver.publish();

        Hex.assertBytes("""
            e42ffa47 04000000
            df39fa58 01000000 010000 010101 0000 | signal: south pending and dirty
            00000000 01000000 00 000000         | valid tail 1
            00000000 01000000 00 000000         | inuse tail 1
            02000000 00000000
            0807060504030201                    | cookie
            8877665544332211                    | address
            0d0c0b0a00000000                    | length
            01 01 000000000000                  | valid, sown by the south
            """ + EMPTY_DESCRIPTOR, ring);
    }

    @Test
    void shouldSetFullWhenTheTailReachesTheHead() {
        IoqDriver driver = driver(Direction.TO_DEVICE);

        driver.offer(TestGuest.BASE, 1, 1);
        driver.offer(TestGuest.BASE, 1, 2);

        Hex.assertBytes("00000000 00000000 01 000000  00000000 00000000 01 000000", indexes());
    }

    @Test
    void shouldPopInuseWhenTheDeviceIsDone() {
        IoqDriver driver = driver(Direction.TO_DEVICE);
        IoqRing device = device(Direction.TO_DEVICE);
        driver.offer(TestGuest.BASE, 1, COOKIE);
        driver.offer(TestGuest.BASE, 1, COOKIE);

        device.take(burst, 1);
        device.complete(burst, 0, 0);
        device.publish();

        Hex.assertBytes("df39fa58 01000000 010101 000000 0000", Ioq.signal(ring)); // the south masks while it does not watch
        Hex.assertBytes("00000000 00000000 01 000000  01000000 00000000 00 000000", indexes());
        Hex.assertBytes("0807060504030201 0000010000000000 0100000000000000 01 00 000000000000", descriptor(0));
        Hex.assertBytes("0807060504030201 0000010000000000 0100000000000000 01 01 000000000000", descriptor(1));
    }

    @Test
    void shouldPopValidWhenTheDriverReaps() {
        IoqDriver driver = driver(Direction.TO_DEVICE);
        IoqRing device = device(Direction.TO_DEVICE);
        driver.offer(TestGuest.BASE, 1, COOKIE);
        driver.offer(TestGuest.BASE, 1, COOKIE);
        device.take(burst, 1);
        device.complete(burst, 0, 0);
        device.publish();

        assertEquals(1, driver.reap(new long[2], new int[2]));

        Hex.assertBytes("01000000 00000000 00 000000  01000000 00000000 00 000000", indexes());
        Hex.assertBytes("0807060504030201 0000010000000000 0100000000000000 00 00 000000000000", descriptor(0));
    }

    @Test
    void shouldLendAtValidTailOnAReceiveRing() {
        IoqDriver driver = driver(Direction.FROM_DEVICE);

        driver.offer(TestGuest.BASE, 64, COOKIE);
        driver.publish();

        Hex.assertBytes("00000000 01000000 00 000000  00000000 00000000 00 000000", indexes());
        Hex.assertBytes("0807060504030201 0000010000000000 4000000000000000 01 01 000000000000", descriptor(0));
    }

    @Test
    void shouldPushInuseWhenTheDeviceFilledABuffer() {
        IoqDriver driver = driver(Direction.FROM_DEVICE);
        IoqRing device = device(Direction.FROM_DEVICE);
        driver.offer(TestGuest.BASE, 64, COOKIE);

        device.take(burst, 1);
        device.complete(burst, 0, 5);
        device.publish();

        Hex.assertBytes("00000000 01000000 00 000000  00000000 01000000 00 000000", indexes());
        Hex.assertBytes("0807060504030201 0000010000000000 0500000000000000 01 00 000000000000", descriptor(0));
    }

    @Test
    void shouldPopInuseWhenTheDriverRefills() {
        IoqDriver driver = driver(Direction.FROM_DEVICE);
        IoqRing device = device(Direction.FROM_DEVICE);
        for (int i = 0; i < 2; i++) {
            driver.offer(TestGuest.BASE, 64, COOKIE);
            device.take(burst, 1);
            device.complete(burst, 0, 5);
            device.publish();
        }
        Hex.assertBytes("00000000 00000000 01 000000  00000000 00000000 01 000000", indexes());

        driver.reap(new long[1], new int[1]);
        assertTrue(driver.offer(TestGuest.BASE + 64, 48, COOKIE + 1));

        Hex.assertBytes("00000000 00000000 01 000000  01000000 00000000 00 000000", indexes());
        Hex.assertBytes("0907060504030201 4000010000000000 3000000000000000 01 01 000000000000", descriptor(0));
    }

    private MemorySegment indexes() {
        return ring.asSlice(24, 24);
    }

    private MemorySegment descriptor(int position) {
        return ring.asSlice(56 + 32L * position, 32);
    }
}
