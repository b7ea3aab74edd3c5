// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.shm.SplitGuest.INDIRECT;
import static vbus.shm.SplitGuest.NEXT;
import static vbus.shm.SplitGuest.WRITE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Indirect descriptors, event index and in-order use of a split virtqueue, byte by byte, and what a hostile side makes of them.
class SplitFeaturesTest {

    private static final int SIZE = 4;
    private static final long AT = TestGuest.BASE;
    private static final long TABLE = 0x9_0003; // at any address
    private static final RingFeatures INDIRECT_DESC = new RingFeatures(true, false, false);
    private static final RingFeatures EVENT_INDEX = new RingFeatures(false, true, false);
    private static final RingFeatures IN_ORDER = new RingFeatures(false, false, true);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Arena arena = Arena.ofAuto();
    private final TestGuest guest = new TestGuest(arena, 64, 64);
    private final SplitGuest split = new SplitGuest(arena, SIZE);
    private final MemorySegment table = arena.allocate(6 * 16, 1);
    private final Burst burst = new Burst(SIZE, 4 * SIZE);
    private final Bell toDriver = new Bell();
    private final Bell toDevice = new Bell();
    private final long[] cookies = new long[SIZE];
    private final int[] lengths = new int[SIZE];
    private SplitRing device;

    SplitFeaturesTest() {
        guest.memory.add(new Region(TABLE, table));
    }

    private SplitDriver driver(RingFeatures features, Direction direction) {
        return new SplitDriver(split.queue, features, IndirectTables.NONE, direction, toDevice);
    }

    private void device(RingFeatures features, int position) {
        device = new SplitRing(split.queue, features, guest.memory, position, toDriver);
    }

    private void entry(int entry, long address, int length, int flags, int next) {
        table.set(LONG, 16L * entry, address);
        table.set(LONG, 16L * entry + 8, (long) next << 48 | (long) flags << 32 | length & 0xffff_ffffL);
    }

    private void serve(int chains) {
        assertEquals(chains, device.take(burst, chains), () -> device.fault());
        for (int i = 0; i < chains; i++) {
            device.complete(burst, i, 0);
        }
        device.publish();
    }

    private void assertBroken(String fault) {
        assertEquals(Ring.BROKEN, device.take(burst, SIZE));
        assertEquals(fault, device.fault());
    }

    // ---- 2.7.5.3: indirect descriptors

    @Test
    void shouldFollowAnIndirectTableBehindOtherDescriptors() {
        device(INDIRECT_DESC, 0);
        split.descriptor(2, AT, 1, NEXT, 1);
        split.descriptor(1, TABLE, 96, INDIRECT | WRITE, 0); // WRITE counts for nothing here
        entry(0, AT + 1, 2, NEXT, 5);
        entry(5, AT + 3, 1, NEXT, 3);
        entry(3, AT + 20, 3, WRITE, 0);
        guest.put(AT, (byte) 1, (byte) 2, (byte) 3, (byte) 4);
        split.offer(2);

        assertEquals(1, device.take(burst, SIZE), device::fault);

        assertArrayEquals(new byte[] {1, 2, 3, 4}, TestGuest.read(burst, 0));
        assertEquals(3, burst.writable(0));
        device.complete(burst, 0, 2);
        device.publish();
        assertEquals(2, split.usedId(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 15, 17, -16, Integer.MIN_VALUE})
    void shouldBreakForATableOfOddLength(int length) {
        device(INDIRECT_DESC, 0);
        split.descriptor(0, TABLE, length, INDIRECT, 0);
        split.offer(0);

        assertBroken("chain 0: descriptor 0: an indirect table of %d bytes: want a multiple of 16".formatted(length & 0xffff_ffffL));
    }

    @Test
    void shouldBreakForIndirectWithNext() {
        device(INDIRECT_DESC, 0);
        split.descriptor(0, TABLE, 16, INDIRECT | NEXT, 1);
        split.offer(0);

        assertBroken("chain 0: descriptor 0 has flags 0x5: want no NEXT beside INDIRECT");
    }

    @ParameterizedTest
    @CsvSource({"0, 112", "81, 16", "-1, 16", "-589827, 16"})
    void shouldBreakForATableOutsideTheMemory(long offset, int length) {
        device(INDIRECT_DESC, 0);
        split.descriptor(0, TABLE + offset, length, INDIRECT, 0);
        split.offer(0);

        assertBroken("chain 0: descriptor 0: indirect table 0x%x + %d bytes is not inside one region of the guest's memory"
            .formatted(TABLE + offset, length));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"1; 4; has length 1 flags 0x4: want at most 2^31-1 bytes, not indirect, readable first",
        "-1; 0; has length 4294967295 flags 0x0: want at most 2^31-1 bytes, not indirect, readable first",
        "200; 0; : guest range 0x10000 + 200 bytes is outside the guest's memory"})
    void shouldBreakForAnEntryThatIsNone(int length, int flags, String wrong) {
        device(INDIRECT_DESC, 0);
        split.descriptor(0, TABLE, 32, INDIRECT, 0);
        entry(0, AT, length, flags, 0);
        split.offer(0);

        assertBroken("chain 0: indirect table of descriptor 0: entry 0" + (wrong.startsWith(":") ? "" : " ") + wrong);
    }

    @Test
    void shouldBreakForAReadableEntryAfterAWritableOne() {
        device(INDIRECT_DESC, 0);
        split.descriptor(3, AT, 1, NEXT | WRITE, 0);
        split.descriptor(0, TABLE, 16, INDIRECT, 0);
        entry(0, AT, 1, 0, 0);
        split.offer(3);

        assertBroken("chain 3: indirect table of descriptor 0: entry 0 has length 1 flags 0x0: want at most 2^31-1 bytes, not indirect, "
            + "readable first");
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 2", "2, 2, 1", "6, 6, 1", "65535, 65535, 1"})
    void shouldBreakForATableInACircleOrOutOfRange(int next, int said, int steps) {
        device(INDIRECT_DESC, 0);
        split.descriptor(0, TABLE, 32, INDIRECT, 0);
        entry(0, AT, 1, NEXT, next);
        split.offer(0);

        assertBroken("chain 0: indirect table of descriptor 0: entry %d after %d steps: want an entry below 2 and at most 2 steps"
            .formatted(said, steps));
    }

    @Test
    void shouldWriteAnIndirectTable() {
        final MemorySegment memory = arena.allocate(IndirectTables.byteSize(SIZE, 2), 16);
        final SplitDriver driver = new SplitDriver(split.queue, INDIRECT_DESC, new IndirectTables(0x2000, memory, 2),
            Direction.TO_DEVICE, toDevice);

        driver.offer(AT, 1, 1);
        driver.offer(new Chain(2).readable(AT, 4).writable(AT + 8, 5), 2);

        Hex.assertBytes("2020000000000000 20000000 0400 0000", split.queue.table().asSlice(16, 16));
        Hex.assertBytes("0000010000000000 04000000 0100 0100  0800010000000000 05000000 0200 0000", memory.asSlice(32, 32));
        assertEquals(SIZE - 2, driver.free());
    }

    // ---- 2.7.7 and 2.7.10: event index

    @Test
    void shouldSayAtWhichIndexItWantsToBeTold() {
        final SplitDriver driver = driver(EVENT_INDEX, Direction.TO_DEVICE);
        device(EVENT_INDEX, 0);
        Hex.assertBytes("0000 0000", split.queue.used().asSlice(0, 4)); // no flags with event index
        Hex.assertBytes("ffff", split.queue.used().asSlice(4 + 8 * SIZE, 2)); // avail_event: not now
        driver.offer(AT, 1, 0);
        driver.publish();
        serve(1);
        driver.reap(cookies, lengths);

        device.watch();
        driver.watch();

        Hex.assertBytes("0100", split.queue.used().asSlice(4 + 8 * SIZE, 2));
        Hex.assertBytes("0100", split.queue.avail().asSlice(4 + 2 * SIZE, 2)); // used_event
        driver.unwatch();
        Hex.assertBytes("0000", split.queue.avail().asSlice(4 + 2 * SIZE, 2));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, true", "0, 2, true", "0, 3, false", "65534, 65534, true", "65534, 0, true", "65534, 1, false",
        "65535, 65533, false"})
    void shouldInterruptWhenTheIndexPassesTheEvent(int begin, int usedEvent, boolean interrupts) {
        split.beginAt(begin);
        device(EVENT_INDEX, begin);
        split.queue.avail().set(SplitLayout.SHORT, 4 + 2L * SIZE, (short) usedEvent);
        split.noInterrupt(true); // has no meaning here
        for (int i = 0; i < 3; i++) {
            split.descriptor(i, AT, 1, 0, 0);
            split.offer(i);
        }

        serve(3);

        assertEquals(interrupts ? 1 : 0, toDriver.rung());
        assertEquals(interrupts ? 1 : 0, device.notified());
        assertEquals(interrupts ? 0 : 1, device.suppressed());
    }

    // ---- 2.7.9: in-order use of descriptors

    @Test
    void shouldUseOneElementForABatch() {
        final SplitDriver driver = driver(IN_ORDER, Direction.TO_DEVICE);
        device(IN_ORDER, 0);
        for (int i = 0; i < 3; i++) {
            driver.offer(AT, 8, i + 10);
        }
        driver.publish();

        serve(3);

        Hex.assertBytes("0100 0300  02000000 00000000  00000000 00000000", split.queue.used().asSlice(0, 20));
        assertEquals(3, driver.reap(cookies, lengths));
        assertArrayEquals(new long[] {10, 11, 12}, Arrays.copyOf(cookies, 3));
    }

    @Test
    void shouldUseAnElementForEachBufferThatWasFilled() {
        driver(IN_ORDER, Direction.FROM_DEVICE);
        device(IN_ORDER, 0);
        for (int id = 0; id < 3; id++) {
            split.descriptor(id, AT, 8, id == 1 ? 0 : WRITE, 0);
            split.offer(id);
        }
        assertEquals(3, device.take(burst, 3));
        device.complete(burst, 2, 7);
        device.complete(burst, 1, 0);
        device.complete(burst, 0, 5);
        device.publish();

        Hex.assertBytes("0100 0300  00000000 05000000  02000000 07000000  00000000 00000000", split.queue.used().asSlice(0, 28));
    }

    @Test
    void shouldTakeAnElementForEachChainToo() {
        final SplitDriver driver = driver(IN_ORDER, Direction.FROM_DEVICE);
        driver.offer(AT, 8, 10);
        driver.offer(AT, 9, 11);
        driver.offer(AT, 10, 12);
        driver.publish();
        use(0, 0, 3);
        use(1, 2, 4); // a batch: 11 was filled as a whole
        split.queue.used().set(SplitLayout.SHORT, 2, (short) 3);

        assertEquals(1, driver.reap(cookies, new int[1]));
        assertTrue(driver.watch(), "the batch waits");
        assertEquals(1, driver.reap(new long[1], lengths));
        assertEquals(9, lengths[0]);
        assertEquals(1, driver.reap(cookies, lengths));
        assertEquals(12, cookies[0]);
        assertEquals(4, lengths[0]);
        assertFalse(driver.watch());
    }

    private void use(int place, int id, int length) {
        split.queue.used().set(SplitLayout.INT, 4 + 8L * place, id);
        split.queue.used().set(SplitLayout.INT, 8 + 8L * place, length);
    }

    @Test
    void shouldTellOfABatchThatEndsBehindTheUsedIndex() {
        final SplitDriver driver = driver(IN_ORDER, Direction.FROM_DEVICE);
        for (int i = 0; i < 3; i++) {
            driver.offer(AT, 8, i);
        }
        driver.publish();
        use(0, 2, 0);
        split.queue.used().set(SplitLayout.SHORT, 2, (short) 2);

        assertEquals(DriverRing.BROKEN, driver.reap(cookies, lengths));

        assertEquals("used element 2 is not among the 2 chains before used index 2", driver.fault());
    }
}
