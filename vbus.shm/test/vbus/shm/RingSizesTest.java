// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Virtqueues of the smallest, the largest and odd sizes, filled and drained often enough to go over every end of an index.
class RingSizesTest {

    private final Arena arena = Arena.ofAuto();
    private final TestGuest guest = new TestGuest(arena, 64, 64);

    static Object[] shapes() {
        return Pair.Shape.all().filter(s -> s.kind() != Pair.Kind.IOQ).toArray();
    }

    private void fillAndDrain(Pair.Shape shape, int size, int rounds) {
        final Bell bell = new Bell();
        final Pair pair = shape.make(arena, size, guest.memory, bell, bell);
        final Burst all = new Burst(size, size);
        final long[] cookies = new long[size];
        final int[] lengths = new int[size];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < size; i++) {
                assertTrue(pair.driver().offer(TestGuest.BASE + i % 32, 8, i));
            }
            assertFalse(pair.driver().offer(TestGuest.BASE, 8, 1));
            pair.driver().publish();
            assertEquals(size, pair.device().take(all, size), pair.device()::fault);
            pair.device().rollback();
            assertEquals(size, pair.device().take(all, size), pair.device()::fault);
            for (int i = 0; i < size; i++) {
                pair.device().complete(all, i, 0);
            }
            pair.device().publish();
            assertEquals(size, pair.driver().reap(cookies, lengths), pair.driver()::fault);
            for (int i = 0; i < size; i++) {
                assertEquals(i, cookies[i]);
            }
        }
        assertEquals(shape.position(size, (long) size * rounds, (long) size * rounds), pair.device().position());
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldHaveOneDescriptor(Pair.Shape shape) {
        fillAndDrain(shape, 1, (1 << 16) + 3);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldHave32768Descriptors(Pair.Shape shape) {
        fillAndDrain(shape, 32768, 5);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldHaveAnOddNumberWhenPacked(Pair.Shape shape) {
        if (shape.kind() == Pair.Kind.PACKED) {
            fillAndDrain(shape, 32767, 5);
            fillAndDrain(shape, 3, 101);
        } else {
            assertThrows(IllegalArgumentException.class, () -> fillAndDrain(shape, 3, 1));
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldGoOnFromThePositionOfAnotherRing(Pair.Shape shape) {
        for (int served = 0; served < 9; served++) {
            final SplitQueue split = SplitQueue.in(arena.allocate(SplitQueue.byteSize(4), 16), 4);
            final PackedQueue packed = PackedQueue.in(arena.allocate(PackedQueue.byteSize(4), 16), 4);
            final boolean isSplit = shape.kind() == Pair.Kind.SPLIT;
            final DriverRing driver = isSplit
                ? new SplitDriver(split, shape.features(), IndirectTables.NONE, shape.direction(), Doorbell.NONE)
                : new PackedDriver(packed, shape.features(), IndirectTables.NONE, shape.direction(), Doorbell.NONE);
            final Burst burst = new Burst(4, 4);
            int position = isSplit ? 0 : PackedRing.START;
            final long[] cookies = new long[1];
            for (int i = 0; i <= served; i++) { // a new ring for each
                assertTrue(driver.offer(TestGuest.BASE, 8, i));
                driver.publish();
                final Ring device = isSplit ? new SplitRing(split, shape.features(), guest.memory, position, Doorbell.NONE)
                    : new PackedRing(packed, shape.features(), guest.memory, position, Doorbell.NONE);
                assertEquals(1, device.take(burst, 4), device::fault);
                device.untake(1);
                assertEquals(position, device.position());
                assertEquals(1, device.take(burst, 4), device::fault);
                device.complete(burst, 0, 0);
                device.publish();
                position = device.position();
                assertEquals(1, driver.reap(cookies, new int[1]), driver::fault);
                assertEquals(i, cookies[0]);
            }
        }
    }

    @Test
    void shouldKnowItsFeatureBits() {
        final RingFeatures all = RingFeatures.of(1L << 28 | 1L << 29 | 1L << 34 | 1L << 35 | 1L << 32);

        assertEquals(new RingFeatures(true, true, true), all);
        assertEquals(1L << 28 | 1L << 29 | 1L << 35, all.bits());
        assertEquals(RingFeatures.NONE, RingFeatures.of(1L << 34 | 1L << 27 | 1L << 30));
        assertTrue(RingFeatures.packed(1L << 34));
        assertFalse(RingFeatures.packed(~(1L << 34)));
    }
}
