// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.shm.SplitGuest.INDIRECT;
import static vbus.shm.SplitGuest.NEXT;
import static vbus.shm.SplitGuest.WRITE;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Chains of descriptors that a guest, honest or not, may lay into a split virtqueue.
class SplitChainTest {

    private static final int SIZE = 8;
    private static final int REGION = 64;
    private static final long AT = TestGuest.BASE;

    private final TestGuest guest = new TestGuest(Arena.ofAuto(), REGION, REGION);
    private final SplitGuest split = new SplitGuest(Arena.ofAuto(), SIZE);
    private final SplitRing device = new SplitRing(split.queue, RingFeatures.NONE, guest.memory, 0, Doorbell.NONE);
    private final Burst burst = new Burst(SIZE, 2 * SIZE);

    private void assertBroken(String fault) {
        assertEquals(Ring.BROKEN, device.take(burst, SIZE));
        assertEquals(fault, device.fault());
        assertEquals(Ring.BROKEN, device.take(burst, SIZE), "for ever");
        assertEquals(0, burst.chains());
    }

    @Test
    void shouldJoinTheDescriptorsOfAChain() {
        split.descriptor(5, AT, 2, NEXT, 0);
        split.descriptor(0, AT + 10, 1, NEXT, 7);
        split.descriptor(7, AT + 20, 3, NEXT | WRITE, 1);
        split.descriptor(1, AT + 30, 1, WRITE, 4);
        guest.put(AT, (byte) 1, (byte) 2);
        guest.put(AT + 10, (byte) 3);
        split.offer(5);

        assertEquals(1, device.take(burst, SIZE));

        assertArrayEquals(new byte[] {1, 2, 3}, TestGuest.read(burst, 0));
        assertEquals(4, burst.writable(0));
        TestGuest.write(burst, 0, (byte) 4, (byte) 5, (byte) 6, (byte) 7);
        assertArrayEquals(new byte[] {4, 5, 6, 0}, guest.get(AT + 20, 4));
        assertArrayEquals(new byte[] {7, 0}, guest.get(AT + 30, 2));
    }

    @Test
    void shouldCompleteAChainByItsFirstDescriptor() {
        split.descriptor(5, AT, 2, NEXT, 0);
        split.descriptor(0, AT + 10, 1, WRITE, 0);
        split.offer(5);
        device.take(burst, SIZE);

        device.complete(burst, 0, 1);
        device.publish();

        assertEquals(1, split.used());
        assertEquals(5, split.usedId(0));
        assertEquals(1, split.usedLength(0));
    }

    @Test
    void shouldTakeAChainOfAllDescriptors() {
        for (int id = 0; id < SIZE; id++) {
            split.descriptor(id, AT + id, 1, id == SIZE - 1 ? 0 : NEXT, id + 1);
        }
        split.offer(0);

        assertEquals(1, device.take(burst, SIZE));

        assertEquals(SIZE, burst.readable(0));
    }

    @Test
    void shouldIgnoreNextWhenTheFlagIsNotSet() {
        split.descriptor(0, AT, 1, 0, 0xffff);
        split.offer(0);

        assertEquals(1, device.take(burst, SIZE));
    }

    @Test
    void shouldTakeAnEmptyDescriptorInAChain() {
        split.descriptor(0, AT, 0, NEXT, 1);
        split.descriptor(1, AT, 4, NEXT, 2);
        split.descriptor(2, AT, 0, WRITE, 0);
        split.offer(0);

        assertEquals(1, device.take(burst, SIZE));

        assertEquals(4, TestGuest.read(burst, 0).length);
        assertEquals(0, burst.writable(0));
    }

    @Test
    void shouldTakeADescriptorOverTwoRegionsThatTouch() {
        split.descriptor(0, AT + REGION - 1, 2, 0, 0);
        guest.put(AT + REGION - 1, (byte) 8, (byte) 9);
        split.offer(0);

        assertEquals(1, device.take(burst, SIZE));

        assertArrayEquals(new byte[] {8, 9}, TestGuest.read(burst, 0));
    }

    @Test
    void shouldBreakForAChainInACircle() {
        split.descriptor(2, AT, 1, NEXT, 3);
        split.descriptor(3, AT, 1, NEXT, 2);
        split.offer(2);

        assertBroken("chain 2: descriptor id 2 after 8 steps: want an id below 8 and at most 8 steps");
    }

    @Test
    void shouldBreakForADescriptorThatFollowsItself() {
        split.descriptor(2, AT, 0, NEXT, 2);
        split.offer(2);

        assertBroken("chain 2: descriptor id 2 after 8 steps: want an id below 8 and at most 8 steps");
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, 0x7fff, 0x8000, 0xffff})
    void shouldBreakForAnIdOutOfRangeInTheAvailableRing(int id) {
        split.offer(id);

        assertBroken("chain %d: descriptor id %d after 0 steps: want an id below 8 and at most 8 steps".formatted(id, id));
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, 0x7fff, 0x8000, 0xffff})
    void shouldBreakForANextOutOfRange(int id) {
        split.descriptor(0, AT, 1, NEXT, id);
        split.offer(0);

        assertBroken("chain 0: descriptor id %d after 1 steps: want an id below 8 and at most 8 steps".formatted(id));
    }

    @ParameterizedTest
    @ValueSource(ints = {INDIRECT, INDIRECT | WRITE, INDIRECT | NEXT})
    void shouldBreakForAnIndirectDescriptorThatWasNotNegotiated(int flags) {
        split.descriptor(0, AT, 16, flags, 1);
        split.offer(0);

        assertBroken("chain 0: descriptor 0 is indirect: want none, the driver did not accept indirect descriptors");
    }

    @Test
    void shouldBreakForAReadableDescriptorAfterAWritableOne() {
        split.descriptor(0, AT, 1, NEXT | WRITE, 1);
        split.descriptor(1, AT, 1, 0, 0);
        split.offer(0);

        assertBroken("chain 0: descriptor 1 has length 1 flags 0x0: want at most 2^31-1 bytes, readable first");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE})
    void shouldBreakForALengthFrom2To31(int length) {
        split.descriptor(0, AT, length, 0, 0);
        split.offer(0);

        assertBroken("chain 0: descriptor 0 has length %d flags 0x0: want at most 2^31-1 bytes, readable first"
            .formatted(length & 0xffffffffL));
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "128, 1", "127, 2", "0, 129", "0, 2147483647", "-65537, 1", "9223372036854710271, 8"})
    void shouldBreakForABufferOutsideTheMemory(long offset, int length) {
        split.descriptor(3, AT, 1, NEXT, 4);
        split.descriptor(4, AT + offset, length, WRITE, 0);
        split.offer(3);

        assertBroken("chain 3: descriptor 4: guest range 0x%x + %d bytes is outside the guest's memory".formatted(AT + offset, length));
    }

    @Test
    void shouldBreakForAChainWithMorePiecesThanTheDeviceTakes() {
        split.descriptor(0, AT, 1, NEXT, 1);
        split.descriptor(1, AT, 1, 0, 0);
        split.offer(0);

        assertEquals(Ring.BROKEN, device.take(new Burst(4, 1), SIZE));

        assertEquals("chain 0 has more pieces than the device takes", device.fault());
    }

    @Test
    void shouldBreakForABadChainBehindAGoodOne() {
        split.descriptor(0, AT, 1, 0, 0);
        split.descriptor(1, AT, -1, 0, 0);
        split.offer(0);
        split.offer(1);

        assertEquals(Ring.BROKEN, device.take(burst, SIZE));

        assertTrue(device.fault().startsWith("chain 1: "), device.fault());
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE + 1, 0x7fff, 0x8000, 0xffff})
    void shouldBreakForAnIndexThatJumps(int index) {
        split.avail(index);

        assertTrue(device.watch(), "something is there to look at");
        assertBroken("available index %d is %d ahead of 0: want at most 8".formatted(index, index));
        assertEquals(false, device.watch());
    }

    @Test
    void shouldBreakForAnIndexThatGoesBack() {
        split.descriptor(0, AT, 1, 0, 0);
        split.offer(0);
        split.offer(0);
        assertEquals(2, device.take(burst, SIZE));

        split.avail(1);

        assertBroken("available index 1 is 65535 ahead of 2: want at most 6");
    }

    @Test
    void shouldTakeTheSameDescriptorAsOftenAsItIsOffered() {
        split.descriptor(0, AT, 1, 0, 0);
        for (int i = 0; i < SIZE; i++) {
            split.offer(0);
        }

        assertEquals(SIZE, device.take(burst, 2 * SIZE));

        assertNull(device.fault());
    }
}
