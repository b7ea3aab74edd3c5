// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The bytes of a split virtqueue after each step of both sides, and where its areas may lie. @spec virtio 1.2, 2.7
class SplitLayoutTest {

    private static final int SIZE = 2;

    private final TestGuest guest = new TestGuest(Arena.ofAuto(), 64, 64);
    private final MemorySegment block = Arena.ofAuto().allocate(SplitQueue.byteSize(SIZE), 16);
    private final SplitQueue queue = SplitQueue.in(block, SIZE);
    private final Burst burst = new Burst(4, 4);

    @Test
    void shouldBeginEmptyAndAskNotToBeKicked() {
        block.fill((byte) 0xff);
        new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.TO_DEVICE, Doorbell.NONE);
        new SplitRing(queue, RingFeatures.NONE, guest.memory, 0, Doorbell.NONE);

        Hex.assertBytes("00".repeat(32), queue.table());
        Hex.assertBytes("0000 0000  0000 0000 0000", queue.avail());
        Hex.assertBytes("0100 0000  00000000 00000000  00000000 00000000  0000", queue.used());
    }

    @Test
    void shouldOfferAReadableDescriptor() {
        SplitDriver driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.TO_DEVICE, Doorbell.NONE);

        driver.offer(0x1122334455667788L, 0x0a0b0c0d, 99);
        driver.publish();

        Hex.assertBytes("""
            8877665544332211 | address
            0d0c0b0a         | length
            0000 0000        | flags, next
            """ + "00".repeat(16), queue.table());
        Hex.assertBytes("""
            0000 | flags
            0100 | idx
            0000 | ring[0]
            0000 | ring[1]
            0000 | used_event
            """, queue.avail());
    }

    @Test
    void shouldNotMoveTheIndexBeforePublish() {
        SplitDriver driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.TO_DEVICE, Doorbell.NONE);

        driver.offer(TestGuest.BASE, 1, 99);

        Hex.assertBytes("0000 0000  0000 0000 0000", queue.avail());
    }

    @Test
    void shouldOfferAWritableDescriptor() {
        SplitDriver driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.FROM_DEVICE, Doorbell.NONE);

        driver.offer(TestGuest.BASE, 64, 99);
        driver.offer(TestGuest.BASE + 64, 32, 98);
        driver.publish();

        Hex.assertBytes("0000010000000000 40000000 0200 0000  4000010000000000 20000000 0200 0000", queue.table());
        Hex.assertBytes("0000 0200  0000 0100 0000", queue.avail());
    }

    @Test
    void shouldPutCompletionsInTheUsedRing() {
        SplitDriver driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.FROM_DEVICE, Doorbell.NONE);
        SplitRing device = new SplitRing(queue, RingFeatures.NONE, guest.memory, 0, Doorbell.NONE);
        driver.offer(TestGuest.BASE, 64, 99);
        driver.offer(TestGuest.BASE + 64, 32, 98);
        driver.publish();

        device.take(burst, 2);
        device.complete(burst, 1, 0x0102);
        device.complete(burst, 0, 5);
        device.publish();

        Hex.assertBytes("""
            0100              | flags: NO_NOTIFY
            0200              | idx
            01000000 02010000 | ring[0]: id 1, length
            00000000 05000000 | ring[1]: id 0, length
            0000              | avail_event
            """, queue.used());
    }

    @Test
    void shouldNotMoveTheUsedIndexBeforePublish() {
        SplitDriver driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.TO_DEVICE, Doorbell.NONE);
        SplitRing device = new SplitRing(queue, RingFeatures.NONE, guest.memory, 0, Doorbell.NONE);
        driver.offer(TestGuest.BASE, 64, 99);
        driver.publish();

        device.take(burst, 2);
        device.complete(burst, 0, 0);

        Hex.assertBytes("0100 0000", queue.used().asSlice(0, 4));
    }

    @Test
    void shouldShowInFlagsWhoWantsToBeTold() {
        SplitDriver driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.TO_DEVICE, Doorbell.NONE);
        SplitRing device = new SplitRing(queue, RingFeatures.NONE, guest.memory, 0, Doorbell.NONE);

        driver.unwatch();
        device.watch();
        Hex.assertBytes("0100", queue.avail().asSlice(0, 2)); // NO_INTERRUPT
        Hex.assertBytes("0000", queue.used().asSlice(0, 2));

        driver.watch();
        device.unwatch();
        Hex.assertBytes("0000", queue.avail().asSlice(0, 2));
        Hex.assertBytes("0100", queue.used().asSlice(0, 2)); // NO_NOTIFY
    }

    @ParameterizedTest
    @CsvSource({"1, 16, 8, 14, 270", "2, 32, 10, 22, 278", "256, 4096, 518, 2054, 6790", "32768, 524288, 65542, 262150, 852102"})
    void shouldHaveTheSizesOfTheSpecification(int size, long table, long avail, long used, long all) {
        SplitQueue q = SplitQueue.in(Arena.ofAuto().allocate(all, 16), size);

        assertEquals(table, q.table().byteSize());
        assertEquals(avail, q.avail().byteSize());
        assertEquals(used, q.used().byteSize());
        assertEquals(all, SplitQueue.byteSize(size));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 3, 32767, 32769, 65536, Integer.MIN_VALUE})
    void shouldRefuseASizeThatIsNoPowerOfTwoUpTo32768(int size) {
        var e = assertThrows(IllegalArgumentException.class, () -> SplitQueue.at(size, 0, 0, 0, _ -> block));

        assertEquals("split virtqueue of " + size + " descriptors: want a power of two, 1..32768", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"8, 64, 128, descriptor table", "0, 65, 128, available ring", "0, 64, 130, used ring"})
    void shouldRefuseAnAreaThatIsNotAligned(long table, long avail, long used, String area) {
        MemorySegment memory = Arena.ofAuto().allocate(256, 16);

        var e = assertThrows(IllegalArgumentException.class, () -> SplitQueue.at(SIZE, table, avail, used, memory::asSlice));

        assertEquals(area, e.getMessage().replaceAll(" of .*", ""));
    }

    @ParameterizedTest
    @CsvSource({"240, 64, 128, descriptor table", "0, 248, 128, available ring", "0, 64, 236, used ring"})
    void shouldRefuseAnAreaThatEndsOutsideMemory(long table, long avail, long used, String area) {
        MemorySegment memory = Arena.ofAuto().allocate(256, 16);

        var e = assertThrows(IllegalArgumentException.class, () -> SplitQueue.at(SIZE, table, avail, used, memory::asSlice));

        assertEquals(area, e.getMessage().replaceAll(" has .*", ""));
    }
}
