// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A driver and a device on two threads, who sleep whenever they find nothing: 300 000 buffers, none lost, none changed.
class RingStressTest {

    private static final int BUFFERS = 300_000;
    private static final int SIZE = 64;
    private static final int SLOT = 16;
    private static final int MOST = 24;
    private static final ValueLayout.OfLong NUMBER = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment buffers = arena.allocate(SIZE * SLOT, 64);
    private final GuestMemory memory = new GuestMemory();
    private final Sleeper deviceSleep = new Sleeper();
    private final Sleeper driverSleep = new Sleeper();
    private Pair.Shape shape;
    private Pair pair;
    private long seed;

    static Object[] shapes() {
        return Pair.Shape.all().toArray();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldLoseNothingBetweenTwoThreadsThatSleep(Pair.Shape wanted) throws Exception {
        shape = wanted;
        seed = Seed.of("RingStressTest " + wanted);
        memory.add(new Region(TestGuest.BASE, buffers));
        pair = shape.make(arena, SIZE, memory, deviceSleep, driverSleep);
        final FutureTask<Void> device = new FutureTask<>(this::serve, null);
        final Thread thread = new Thread(device, "device");
        thread.setDaemon(true);
        thread.start();

        try {
            drive();
        } finally {
            if (device.isDone()) {
                device.get(); // when both failed, this is why
            }
        }

        device.get(10, TimeUnit.SECONDS);
        assertNull(pair.device().fault());
        assertEquals(SIZE, pair.driver().free());
        assertTrue(deviceSleep.sleeps() + driverSleep.sleeps() > 0, "nobody ever slept");
    }

    private void serve() {
        final Ring ring = pair.device();
        final SplittableRandom random = new SplittableRandom(seed);
        final Burst burst = new Burst(MOST, MOST);
        final MemorySegment scratch = arena.allocate(SLOT, 8);
        long number = 0;
        while (number < BUFFERS) {
            final int n = ring.take(burst, 1 + random.nextInt(MOST));
            for (int chain = 0; chain < n; chain++, number++) {
                if (shape.transmits()) {
                    assertEquals(number, burst.readLong(chain, 0));
                    assertEquals(~number, burst.readLong(chain, 8));
                } else {
                    scratch.set(NUMBER, 0, number);
                    scratch.set(NUMBER, 8, ~number);
                    burst.write(chain, 0, scratch, 0, SLOT);
                }
            }
            for (int i = n - 1; i >= 0; i--) { // an ordered ring holds all of these back but the last
                ring.complete(burst, i, shape.transmits() ? 0 : SLOT);
            }
            ring.publish();
            if (n == 0) {
                if (!ring.watch()) {
                    deviceSleep.sleep("the device");
                }
                if (random.nextBoolean()) {
                    ring.unwatch();
                }
            }
            assertTrue(n >= 0, ring.fault());
        }
    }

    private void drive() {
        final DriverRing ring = pair.driver();
        final SplittableRandom random = new SplittableRandom(~seed);
        final long[] slots = new long[SIZE];
        final int[] lengths = new int[SIZE];
        final BitSet seen = new BitSet(BUFFERS);
        for (int i = 0; i < SIZE; i++) {
            slots[i] = i;
        }
        int spare = SIZE; // numbers of free slots are slots[0..spare)
        final long[] reaped = new long[SIZE];
        int offered = 0;
        int back = 0;
        while (back < BUFFERS) {
            for (int n = random.nextInt(MOST); n > 0 && spare > 0 && offered < BUFFERS; n--) {
                offer(ring, slots[--spare], offered++);
            }
            ring.publish();
            final int n = ring.reap(reaped, lengths);
            assertTrue(n >= 0, "the device broke the ring");
            for (int i = 0; i < n; i++) {
                check(reaped[i], lengths[i], back + i, seen);
                slots[spare++] = reaped[i];
            }
            back += n;
            if (n == 0 && (spare == 0 || offered == BUFFERS)) {
                if (!ring.watch()) {
                    driverSleep.sleep("the driver");
                }
                if (random.nextBoolean()) {
                    ring.unwatch();
                }
            }
        }
        assertEquals(BUFFERS, shape.transmits() ? BUFFERS : seen.cardinality());
    }

    private void offer(DriverRing ring, long slot, long number) {
        if (shape.transmits()) {
            buffers.set(NUMBER, slot * SLOT, number);
            buffers.set(NUMBER, slot * SLOT + 8, ~number);
        }
        assertTrue(ring.offer(TestGuest.BASE + slot * SLOT, SLOT, slot));
    }

    private void check(long slot, int length, long next, BitSet seen) {
        if (shape.transmits()) {
            return; // the device checked it
        }
        final long number = buffers.get(NUMBER, slot * SLOT);
        assertEquals(~number, buffers.get(NUMBER, slot * SLOT + 8));
        assertEquals(SLOT, length);
        if (pair.device().ordered()) {
            assertEquals(next, number);
        }
        seen.set((int) number);
    }
}
