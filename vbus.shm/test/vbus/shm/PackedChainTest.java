// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.shm.PackedGuest.AVAIL;
import static vbus.shm.PackedGuest.INDIRECT;
import static vbus.shm.PackedGuest.NEXT;
import static vbus.shm.PackedGuest.USED;
import static vbus.shm.PackedGuest.WRITE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Chains of descriptors that a guest, honest or not, may lay into a packed virtqueue. @spec virtio 1.2, 2.8.5 to 2.8.8
class PackedChainTest {

    private static final int SIZE = 5;
    private static final int REGION = 64;
    private static final long AT = TestGuest.BASE;
    private static final long TABLE = 0x9_0001; // at any address

    private static final ValueLayout.OfLong ANYWHERE = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Arena arena = Arena.ofAuto();
    private final TestGuest guest = new TestGuest(arena, REGION, REGION);
    private final PackedGuest packed = new PackedGuest(arena, SIZE);
    private final MemorySegment table = arena.allocate(4 * 16, 1);
    private final Burst burst = new Burst(SIZE, 2 * SIZE);
    private PackedRing device = new PackedRing(packed.queue, new RingFeatures(true, false, false), guest.memory, PackedRing.START,
        Doorbell.NONE);

    PackedChainTest() {
        guest.memory.add(new Region(TABLE, table));
    }

    private void assertBroken(String fault) {
        assertEquals(Ring.BROKEN, device.take(burst, SIZE));
        assertEquals(fault, device.fault());
        assertEquals(Ring.BROKEN, device.take(burst, SIZE), "for ever");
        assertEquals(0, burst.chains());
        assertFalse(device.watch());
    }

    private void entry(int entry, long address, int length, int flags) {
        table.set(ANYWHERE, 16L * entry, address);
        table.set(ANYWHERE, 16L * entry + 8, PackedLayout.word(length, 77, flags));
    }

    @Test
    void shouldJoinTheDescriptorsOfAChain() {
        packed.offer(0, AT, 2, 9, NEXT);
        packed.offer(1, AT + 10, 1, 8, NEXT);
        packed.offer(2, AT + 20, 3, 7, WRITE);
        guest.put(AT, (byte) 1, (byte) 2);
        guest.put(AT + 10, (byte) 3);

        assertEquals(1, device.take(burst, SIZE));

        assertArrayEquals(new byte[] {1, 2, 3}, TestGuest.read(burst, 0));
        assertEquals(3, burst.writable(0));
        device.complete(burst, 0, 3);
        device.publish();
        assertEquals(7, packed.id(0));
        assertEquals(3, packed.length(0));
        assertEquals(AVAIL | USED | WRITE, packed.flags(0));
        assertEquals(0x8003_8003, device.position());
    }

    @Test
    void shouldTakeAChainOfAllDescriptors() {
        for (int i = 0; i < SIZE; i++) {
            packed.offer(i, AT + i, 1, 3, i == SIZE - 1 ? 0 : NEXT);
        }

        assertEquals(1, device.take(burst, SIZE));

        assertEquals(SIZE, burst.readable(0));
        assertEquals(0, device.take(burst, SIZE), "the device has them all");
        assertFalse(device.watch());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, SIZE, 0x7fff, 0x8000, 0xffff})
    void shouldGiveBackWhateverIdTheDriverChose(int id) {
        packed.offer(0, AT, 1, id, 0);
        device.take(burst, 1);

        device.complete(burst, 0, 0);
        device.publish();

        assertEquals(id, packed.id(0));
    }

    @Test
    void shouldBreakForAChainWithoutEnd() {
        for (int i = 0; i < SIZE; i++) {
            packed.offer(i, AT, 1, 3, NEXT);
        }

        assertBroken("chain at 0 goes on after 5 descriptors: want at most that many, the device has the others");
    }

    @Test
    void shouldBreakForAChainThatRunsIntoWhatTheDeviceHas() {
        packed.offer(0, AT, 1, 0, 0);
        assertEquals(1, device.take(burst, SIZE));
        for (int i = 1; i < SIZE; i++) {
            packed.offer(i, AT, 1, 3, NEXT);
        }

        assertBroken("chain at 1 goes on after 4 descriptors: want at most that many, the device has the others");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, USED, AVAIL | USED})
    void shouldBreakForAChainThatIsNotAvailableToItsEnd(int flags) {
        packed.offer(0, AT, 1, 0, NEXT);
        packed.descriptor(1, AT, 1, 0, flags);

        assertBroken("chain at 0: descriptor 1 has flags 0x%x: want it available like the first".formatted(flags));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, USED, AVAIL | USED})
    void shouldNotTakeWhatIsNotAvailable(int flags) {
        packed.descriptor(0, AT, 1, 0, flags);

        assertEquals(0, device.take(burst, SIZE));
        assertFalse(device.watch());
    }

    @Test
    void shouldBreakForAReadableDescriptorAfterAWritableOne() {
        packed.offer(0, AT, 1, 0, NEXT | WRITE);
        packed.offer(1, AT, 1, 0, 0);

        assertBroken("chain at 0: descriptor 1 has length 1 flags 0x80: want at most 2^31-1 bytes, readable first");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE})
    void shouldBreakForALengthFrom2To31(int length) {
        packed.offer(0, AT, length, 0, 0);

        assertBroken("chain at 0: descriptor 0 has length %d flags 0x80: want at most 2^31-1 bytes, readable first"
            .formatted(length & 0xffff_ffffL));
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "128, 1", "127, 2", "0, 129", "0, 2147483647", "-65537, 1", "9223372036854710271, 8"})
    void shouldBreakForABufferOutsideTheMemory(long offset, int length) {
        packed.offer(0, AT, 1, 0, NEXT);
        packed.offer(1, AT + offset, length, 0, WRITE);

        assertBroken("chain at 0: descriptor 1: guest range 0x%x + %d bytes is outside the guest's memory".formatted(AT + offset, length));
    }

    @Test
    void shouldBreakForAChainWithMorePiecesThanTheDeviceTakes() {
        packed.offer(0, AT, 1, 0, NEXT);
        packed.offer(1, AT, 1, 0, 0);

        assertEquals(Ring.BROKEN, device.take(new Burst(4, 1), SIZE));

        assertEquals("chain at 0 has more pieces than the device takes", device.fault());
    }

    // ---- 2.8.7 and 2.8.8: indirect descriptors

    @Test
    void shouldTakeTheEntriesOfATableInTheirOrder() {
        packed.offer(0, TABLE, 48, 6, INDIRECT | WRITE);
        entry(0, AT, 2, NEXT); // NEXT counts for nothing here
        entry(1, AT + 10, 1, INDIRECT);
        entry(2, AT + 20, 3, WRITE);
        guest.put(AT, (byte) 1, (byte) 2);
        guest.put(AT + 10, (byte) 3);

        assertEquals(1, device.take(burst, SIZE), device::fault);

        assertArrayEquals(new byte[] {1, 2, 3}, TestGuest.read(burst, 0));
        assertEquals(3, burst.writable(0));
        device.complete(burst, 0, 0);
        device.publish();
        assertEquals(6, packed.id(0));
        assertEquals(0x8001_8001, device.position());
    }

    @Test
    void shouldBreakForAnIndirectDescriptorThatWasNotNegotiated() {
        device = new PackedRing(packed.queue, RingFeatures.NONE, guest.memory, PackedRing.START, Doorbell.NONE);
        packed.offer(0, TABLE, 16, 0, INDIRECT);

        assertBroken("chain at 0: descriptor 0 is indirect: want none, the driver did not accept indirect descriptors");
    }

    @Test
    void shouldBreakForAnIndirectDescriptorInAChain() {
        packed.offer(0, AT, 1, 0, NEXT);
        packed.offer(1, TABLE, 16, 0, INDIRECT);

        assertBroken("chain at 0: descriptor 1 has flags 0x84: want an indirect descriptor to be the only one");
    }

    @Test
    void shouldBreakForAnIndirectDescriptorWithNext() {
        packed.offer(0, TABLE, 16, 0, INDIRECT | NEXT);

        assertBroken("chain at 0: descriptor 0 has flags 0x85: want an indirect descriptor to be the only one");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 15, 17, -16, Integer.MIN_VALUE})
    void shouldBreakForATableOfOddLength(int length) {
        packed.offer(0, TABLE, length, 0, INDIRECT);

        assertBroken("chain at 0: descriptor 0: an indirect table of %d bytes: want a multiple of 16".formatted(length & 0xffff_ffffL));
    }

    @ParameterizedTest
    @CsvSource({"0, 80", "49, 16", "-1, 16", "65536, 16", "-589825, 16"})
    void shouldBreakForATableOutsideTheMemory(long offset, int length) {
        packed.offer(0, TABLE + offset, length, 0, INDIRECT);

        assertBroken("chain at 0: descriptor 0: indirect table 0x%x + %d bytes is not inside one region of the guest's memory"
            .formatted(TABLE + offset, length));
    }

    @ParameterizedTest
    @CsvSource({"-1, 0, 4294967295, 0", "1, 0, 1, 0"})
    void shouldBreakForAnEntryThatIsNone(int length, int flags, long said, int saidFlags) {
        packed.offer(0, TABLE, 32, 0, INDIRECT);
        entry(0, AT, 1, WRITE);
        entry(1, AT, length, flags);

        assertBroken("chain at 0: descriptor 0: indirect table: entry 1 has length %d flags 0x%x: want at most 2^31-1 bytes, readable first"
            .formatted(said, saidFlags));
    }

    @Test
    void shouldBreakForAnEntryOutsideTheMemory() {
        packed.offer(0, TABLE, 16, 0, INDIRECT);
        entry(0, 7, 1, 0);

        assertBroken("chain at 0: descriptor 0: indirect table: entry 0: guest range 0x7 + 1 bytes is outside the guest's memory");
    }

    // ---- 2.8.10: event suppression

    @ParameterizedTest
    @CsvSource({"0, 0, 1", "0, 1, 0", "0, 2, 1", "0, 3, 1", "32768, 2, 1"})
    void shouldInterruptAsTheDriverAsks(int position, int flags, int interrupts) {
        final Bell bell = new Bell();
        device.guest(bell);
        packed.driverEvent(position, flags); // DESC without event index means nothing, and an extra interrupt harms nobody
        packed.offer(0, AT, 1, 0, 0);
        device.take(burst, 1);
        device.complete(burst, 0, 0);
        device.publish();

        assertEquals(interrupts, bell.rung());
        assertEquals(interrupts, device.notified());
        assertEquals(1 - interrupts, device.suppressed());
    }

    @ParameterizedTest
    @CsvSource({"32768, true", "32769, false", "0, false", "32767, false", "65535, false"})
    void shouldInterruptAtThePositionThatTheDriverSays(int position, boolean interrupts) {
        final Bell bell = new Bell();
        device = new PackedRing(packed.queue, new RingFeatures(false, true, false), guest.memory, PackedRing.START, bell);
        packed.driverEvent(position, 2);
        packed.offer(0, AT, 1, 0, 0);
        device.take(burst, 1);
        device.complete(burst, 0, 0);
        device.publish();

        if (position % 0x8000 < SIZE) { // any other position is none, and what happens then is the driver's own affair
            assertEquals(interrupts ? 1 : 0, bell.rung());
        }
        assertTrue(device.notified() + device.suppressed() == 1);
    }
}
