// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The bytes of a packed virtqueue after each step of both sides. @spec virtio 1.2, 2.8
class PackedLayoutTest {

    private static final int SIZE = 3;
    private static final RingFeatures EVENTS = new RingFeatures(false, true, false);

    private final Arena arena = Arena.ofAuto();
    private final TestGuest guest = new TestGuest(arena, 64, 64);
    private final PackedQueue queue = PackedQueue.in(arena.allocate(PackedQueue.byteSize(SIZE), 16), SIZE);
    private final Burst burst = new Burst(4, 8);

    private PackedDriver driver(RingFeatures features, Direction direction) {
        return new PackedDriver(queue, features, IndirectTables.NONE, direction, Doorbell.NONE);
    }

    private PackedRing device(RingFeatures features) {
        return new PackedRing(queue, features, guest.memory, PackedRing.START, Doorbell.NONE);
    }

    private void serve(PackedRing device, int chains, int written) {
        assertEquals(chains, device.take(burst, chains), device::fault);
        for (int i = 0; i < chains; i++) {
            device.complete(burst, i, written);
        }
        device.publish();
    }

    @Test
    void shouldBeginEmptyAndAskNotToBeKicked() {
        queue.ring().fill((byte) 0xff);
        queue.driverEvent().fill((byte) 0xff);
        driver(RingFeatures.NONE, Direction.TO_DEVICE);
        device(RingFeatures.NONE);

        Hex.assertBytes("00".repeat(48), queue.ring());
        Hex.assertBytes("0000 0000", queue.driverEvent());
        Hex.assertBytes("0000 0100", queue.deviceEvent()); // DISABLE
    }

    @Test
    void shouldMakeADescriptorAvailable() {
        PackedDriver driver = driver(RingFeatures.NONE, Direction.TO_DEVICE);

        driver.offer(0x1122334455667788L, 0x0a0b0c0d, 99);
        driver.publish();

        Hex.assertBytes("""
            8877665544332211 | address
            0d0c0b0a         | length
            0000 8000        | id, flags AVAIL
            """ + "00".repeat(32), queue.ring());
    }

    @Test
    void shouldShowNothingBeforePublish() {
        PackedDriver driver = driver(RingFeatures.NONE, Direction.FROM_DEVICE);
        PackedRing device = device(RingFeatures.NONE);

        driver.offer(TestGuest.BASE, 1, 0);
        driver.offer(TestGuest.BASE, 2, 1);
        Hex.assertBytes("0000010000000000 00000000 0000 0000", queue.ring().asSlice(0, 16));
        Hex.assertBytes("0000010000000000 02000000 0100 8200", queue.ring().asSlice(16, 16));
        assertEquals(0, device.take(burst, 4));

        driver.publish();
        Hex.assertBytes("0000010000000000 01000000 0000 8200", queue.ring().asSlice(0, 16));
        assertEquals(2, device.take(burst, 4));
    }

    @Test
    void shouldUseADescriptor() {
        PackedDriver driver = driver(RingFeatures.NONE, Direction.FROM_DEVICE);
        PackedRing device = device(RingFeatures.NONE);
        driver.offer(TestGuest.BASE, 16, 0);
        driver.publish();

        serve(device, 1, 5);

        Hex.assertBytes("0000010000000000 05000000 0000 8280", queue.ring().asSlice(0, 16)); // AVAIL, USED, WRITE
    }

    @Test
    void shouldSetNoWriteFlagWhenNothingWasWritten() {
        PackedDriver driver = driver(RingFeatures.NONE, Direction.FROM_DEVICE);
        PackedRing device = device(RingFeatures.NONE);
        driver.offer(TestGuest.BASE, 16, 0);
        driver.publish();

        serve(device, 1, 0);

        Hex.assertBytes("0000010000000000 00000000 0000 8080", queue.ring().asSlice(0, 16));
    }

    @Test
    void shouldChangeTheFlagsInTheSecondRound() {
        PackedDriver driver = driver(RingFeatures.NONE, Direction.TO_DEVICE);
        PackedRing device = device(RingFeatures.NONE);
        for (int i = 0; i < SIZE; i++) {
            driver.offer(TestGuest.BASE, 1, i);
        }
        driver.publish();
        serve(device, SIZE, 0);
        assertEquals(SIZE, driver.reap(new long[SIZE], new int[SIZE]));
        assertEquals(0, device.position(), "both wrap counters are 0");

        driver.offer(TestGuest.BASE, 7, 9);
        driver.publish();
        Hex.assertBytes("0000010000000000 07000000 0000 0080", queue.ring().asSlice(0, 16)); // USED alone
        serve(device, 1, 0);
        Hex.assertBytes("0000010000000000 00000000 0000 0000", queue.ring().asSlice(0, 16));
        assertEquals(0x0001_0001, device.position());
    }

    @Test
    void shouldPutTheIdIntoTheLastDescriptorOfAChain() {
        PackedDriver driver = driver(RingFeatures.NONE, Direction.TO_DEVICE);
        PackedRing device = device(RingFeatures.NONE);
        driver.offer(TestGuest.BASE, 1, 1);
        driver.publish();
        serve(device, 1, 0);
        driver.reap(new long[1], new int[1]);

        driver.offer(new Chain(3).readable(TestGuest.BASE, 4).readable(TestGuest.BASE + 8, 5).writable(TestGuest.BASE + 16, 6), 2);
        driver.publish();

        Hex.assertBytes("0000010000000000 04000000 0100 8100", queue.ring().asSlice(16, 16)); // NEXT
        Hex.assertBytes("0800010000000000 05000000 0100 8100", queue.ring().asSlice(32, 16));
        Hex.assertBytes("1000010000000000 06000000 0100 0280", queue.ring().asSlice(0, 16)); // WRITE, of the next round
        serve(device, 1, 6);
        Hex.assertBytes("0000010000000000 06000000 0100 8280", queue.ring().asSlice(16, 16)); // in place of the first
        assertEquals(0x0001_0001, device.position());
    }

    @Test
    void shouldWriteAnIndirectTable() {
        final MemorySegment memory = arena.allocate(IndirectTables.byteSize(SIZE, 2), 16);
        final IndirectTables tables = new IndirectTables(0x2000, memory, 2);
        PackedDriver driver = new PackedDriver(queue, new RingFeatures(true, false, false), tables, Direction.TO_DEVICE, Doorbell.NONE);

        driver.offer(TestGuest.BASE, 1, 1);
        driver.offer(new Chain(2).readable(TestGuest.BASE, 4).writable(TestGuest.BASE + 8, 5), 2);
        driver.publish();

        Hex.assertBytes("2020000000000000 20000000 0100 8400", queue.ring().asSlice(16, 16)); // INDIRECT
        Hex.assertBytes("0000010000000000 04000000 0000 0000  0800010000000000 05000000 0000 0200", memory.asSlice(32, 32));
    }

    @Test
    void shouldUseOneDescriptorForABatchInOrder() {
        final RingFeatures inOrder = new RingFeatures(false, false, true);
        PackedDriver driver = driver(inOrder, Direction.TO_DEVICE);
        PackedRing device = device(inOrder);
        for (int i = 0; i < SIZE; i++) {
            driver.offer(TestGuest.BASE, 1, i);
        }
        driver.publish();

        serve(device, 2, 0);

        Hex.assertBytes("0000010000000000 00000000 0100 8080", queue.ring().asSlice(0, 16)); // the first says that id 1 is done
        Hex.assertBytes("0000010000000000 01000000 0100 8000", queue.ring().asSlice(16, 16)); // as the driver left it
        assertEquals(2, driver.reap(new long[SIZE], new int[SIZE]));
    }

    @Test
    void shouldSayWhenItWantsToBeTold() {
        PackedDriver driver = driver(EVENTS, Direction.TO_DEVICE);
        PackedRing device = device(EVENTS);
        driver.offer(TestGuest.BASE, 1, 0);
        driver.publish();
        serve(device, 1, 0);
        driver.reap(new long[1], new int[1]);

        driver.watch();
        device.watch();
        Hex.assertBytes("0180 0200", queue.driverEvent()); // offset 1, wrap counter 1, DESC
        Hex.assertBytes("0180 0200", queue.deviceEvent());

        driver.unwatch();
        device.unwatch();
        Hex.assertBytes("0000 0100", queue.driverEvent()); // DISABLE
        Hex.assertBytes("0000 0100", queue.deviceEvent());
    }

    @Test
    void shouldSayThatItWantsToBeToldAlways() {
        driver(RingFeatures.NONE, Direction.TO_DEVICE).watch();
        device(RingFeatures.NONE).watch();

        Hex.assertBytes("0000 0000", queue.driverEvent());
        Hex.assertBytes("0000 0000", queue.deviceEvent());
    }

    @ParameterizedTest
    @CsvSource({ // in a ring of 3: does going from old to now pass the event?
        "8000, 8000, 8001, true", "8001, 8000, 8001, false", "8000, 8001, 8002, false", "8002, 8001, 0001, true",
        "0000, 8002, 0001, true", "0001, 8002, 0001, false", "8000, 8000, 0000, true", "0002, 0000, 8000, true", "0002, 8000, 0002, false"})
    void shouldTellWhetherAPositionWasPassed(String event, String old, String now, boolean passed) {
        assertEquals(passed, PackedLayout.passes(hex(event), hex(old), hex(now), SIZE));
    }

    private static int hex(String position) {
        return Integer.parseInt(position, 16);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 32769, Integer.MAX_VALUE})
    void shouldRefuseASizeThatIsNone(int size) {
        var e = assertThrows(IllegalArgumentException.class, () -> PackedQueue.at(size, 0, 0, 0, _ -> queue.ring()));

        assertEquals("packed virtqueue of " + size + " descriptors: want 1..32768", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"8, 64, 128, descriptor ring", "0, 66, 128, driver event suppression", "0, 64, 130, device event suppression"})
    void shouldRefuseAnAreaThatIsNotAligned(long ring, long driver, long device, String area) {
        MemorySegment memory = arena.allocate(256, 16);

        var e = assertThrows(IllegalArgumentException.class, () -> PackedQueue.at(SIZE, ring, driver, device, memory::asSlice));

        assertTrue(e.getMessage().startsWith(area + " of "), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"80008003", "80038000", "80018000", "00020003", "00017ffe"})
    void shouldRefuseAPositionThatIsNone(String position) {
        final int value = Integer.parseUnsignedInt(position, 16);
        var e = assertThrows(IllegalArgumentException.class,
            () -> new PackedRing(queue, RingFeatures.NONE, guest.memory, value, Doorbell.NONE));

        assertEquals("packed virtqueue of 3 descriptors at position 0x" + position, e.getMessage());
    }
}
