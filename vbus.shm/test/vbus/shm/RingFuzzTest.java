// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Garbage in a ring: the device takes what is inside the guest's memory or breaks, throws nothing and touches nothing else.
class RingFuzzTest {

    private static final int ROUNDS = 20_000;
    private static final int SIZE = 4;
    private static final int REGION = 64;
    private static final int GUARD = 64;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment block = arena.allocate(2 * REGION + 3 * GUARD, 64);
    private final GuestMemory memory = new GuestMemory();
    private final Burst burst = new Burst(2 * SIZE, 3 * SIZE);
    private final MemorySegment scratch = arena.allocate(1 << 12);
    private Random random;
    private int taken;
    private int broken;

    @BeforeEach
    void seed() {
        random = new Random(Seed.of("RingFuzzTest"));
        memory.add(new Region(TestGuest.BASE, block.asSlice(GUARD, REGION)));
        memory.add(new Region(TestGuest.BASE + REGION, block.asSlice(2 * GUARD + REGION, REGION)));
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void shouldSurviveGarbageInAnIoq(Direction direction) {
        final MemorySegment ring = arena.allocate(Ioq.byteSize(SIZE), 8);
        for (int round = 0; round < ROUNDS; round++) {
            Ioq.format(ring, SIZE);
            final IoqRing device = new IoqRing(ring, direction, memory, Doorbell.NONE);
            for (int step = 0; step < 4; step++) {
                for (int i = 0; i < SIZE; i++) {
                    final long at = IoqLayout.descriptor(i);
                    ring.set(IoqLayout.LONG, at + IoqLayout.ADDRESS, address());
                    ring.set(IoqLayout.LONG, at + IoqLayout.LENGTH, random.nextInt(8) == 0 ? random.nextLong() : random.nextInt(70));
                    ring.set(IoqLayout.BYTE, at + IoqLayout.SOWN, (byte) random.nextInt(random.nextInt(8) == 0 ? 256 : 2));
                    ring.set(IoqLayout.BYTE, at + IoqLayout.VALID, (byte) random.nextInt(random.nextInt(8) == 0 ? 256 : 2));
                }
                scribble(ring.asSlice(16, 8)); // flags of the signal
                if (random.nextInt(16) == 0) {
                    scribble(ring.asSlice(24, 24)); // the indexes
                }
                serve(device);
            }
        }
    }

    static Object[] features() {
        return new Object[] {RingFeatures.NONE, new RingFeatures(true, true, false), new RingFeatures(true, true, true)};
    }

    @ParameterizedTest
    @MethodSource("features")
    void shouldSurviveGarbageInASplitRing(RingFeatures features) {
        final SplitGuest split = new SplitGuest(arena, SIZE);
        for (int round = 0; round < ROUNDS; round++) {
            split.avail(0);
            scribble(split.queue.used());
            final SplitRing device = new SplitRing(split.queue, features, memory, 0, Doorbell.NONE);
            for (int step = 1; step <= 4; step++) {
                for (int id = 0; id < SIZE; id++) {
                    split.descriptor(id, address(), random.nextInt(16) == 0 ? random.nextInt() : random.nextInt(70),
                        random.nextInt(16) == 0 ? random.nextInt() : random.nextInt(8) & random.nextInt(8), random.nextInt(SIZE));
                    split.queue.avail().set(SplitLayout.SHORT, 4 + 2L * id, (short) random.nextInt(random.nextInt(16) == 0 ? 99 : SIZE));
                }
                split.avail(random.nextInt(16) == 0 ? random.nextInt() : step);
                serve(device);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("features")
    void shouldSurviveGarbageInAPackedRing(RingFeatures features) {
        final PackedGuest packed = new PackedGuest(arena, SIZE - 1);
        for (int round = 0; round < ROUNDS; round++) {
            scribble(packed.queue.driverEvent());
            final PackedRing device = new PackedRing(packed.queue, features, memory, PackedRing.START, Doorbell.NONE);
            for (int step = 1; step <= 4; step++) {
                for (int at = 0; at < SIZE - 1; at++) {
                    final int flags = random.nextInt(8) == 0 ? random.nextInt()
                        : random.nextBoolean() ? PackedLayout.AVAIL : PackedLayout.USED;
                    packed.descriptor(at, address(), random.nextInt(16) == 0 ? random.nextInt() : random.nextInt(70), random.nextInt(SIZE),
                        flags & PackedLayout.ROUND | (random.nextInt(16) == 0 ? random.nextInt() : random.nextInt(8) & random.nextInt(8)));
                }
                serve(device);
            }
        }
    }

    private long address() {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextLong();
            case 1 -> TestGuest.BASE + 2 * REGION;
            case 2 -> TestGuest.BASE - 1;
            default -> TestGuest.BASE + random.nextInt(2 * REGION);
        };
    }

    private void scribble(MemorySegment area) {
        for (long at = 0; at < area.byteSize(); at++) {
            area.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
        }
    }

    private void serve(Ring device) {
        if (random.nextBoolean()) { // indirect tables
            scribble(block.asSlice(GUARD, REGION));
            block.set(ValueLayout.JAVA_LONG, GUARD, address());
            block.set(ValueLayout.JAVA_LONG, GUARD + 8, random.nextInt(70) | (long) (random.nextInt(4) & random.nextInt(4)) << 32);
        }
        if (random.nextInt(4) == 0) {
            device.rollback();
        }
        device.watch();
        final int n = device.take(burst, 2 * SIZE);
        if (n == Ring.BROKEN) {
            assertNotNull(device.fault());
            broken++;
        }
        for (int i = 0; i < n; i++) {
            assertTrue(burst.readable(i) >= 0 && burst.writable(i) >= 0);
            burst.read(i, 0, scratch, 0, burst.readable(i));
            burst.write(i, 0, scratch, 0, burst.writable(i));
            device.complete(burst, i, (int) burst.writable(i));
            taken++;
        }
        device.publish();
        device.unwatch();
    }

    @AfterEach
    void shouldHaveTouchedTheGuestsMemoryOnly() {
        for (int guard = 0; guard < 3; guard++) {
            final MemorySegment untouched = block.asSlice((long) guard * (GUARD + REGION), GUARD);
            assertEquals(-1, untouched.mismatch(arena.allocate(GUARD)));
        }
        assertTrue(taken > ROUNDS / 100 && broken > ROUNDS / 100, "%d taken, %d broken: both must happen".formatted(taken, broken));
    }
}
