// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// No wake-up is lost at the points where both sides store one word and then load another.
class WakeupRaceTest {

    private static final int ROUNDS = 200_000;

    private final Arena arena = Arena.ofAuto();
    private final GuestMemory memory = new GuestMemory();
    private final Bell toDevice = new Bell();
    private final Bell toDriver = new Bell();
    private final Burst burst = new Burst(1, 1);
    private final long[] cookies = new long[1];
    private final int[] lengths = new int[1];

    static Object[] shapes() {
        return Pair.Shape.telling().toArray();
    }

    private Pair make(Pair.Shape shape) {
        memory.add(new Region(TestGuest.BASE, arena.allocate(64)));
        return shape.make(arena, 4, memory, toDevice, toDriver);
    }

    private static void offer(DriverRing driver) {
        driver.offer(TestGuest.BASE, 64, 1);
        driver.publish();
    }

    private void serve(Ring device) {
        assertEquals(1, device.take(burst, 1));
        device.complete(burst, 0, 0);
        device.publish();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldWakeADeviceThatGoesToSleep(Pair.Shape shape) {
        final Pair pair = make(shape);
        offer(pair.driver());

        new Race(() -> offer(pair.driver()), pair.device()::watch, toDevice).run(ROUNDS, Seed.of("device, " + shape), () -> {
            serve(pair.device());
            assertEquals(1, pair.driver().reap(cookies, lengths));
            pair.device().unwatch();
        });
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldWakeADriverThatGoesToSleep(Pair.Shape shape) {
        final Pair pair = make(shape);
        offer(pair.driver());
        serve(pair.device());

        new Race(() -> serve(pair.device()), pair.driver()::watch, toDriver).run(ROUNDS, Seed.of("driver, " + shape), () -> {
            assertEquals(1, pair.driver().reap(cookies, lengths));
            pair.driver().unwatch();
            offer(pair.driver());
        });
    }

    @Test
    void shouldNotLoseASignalThatComesWithEnable() {
        final MemorySegment signal = arena.allocate(16, 64);
        Signal.format(signal);
        final Signal north = new Signal(signal, Side.NORTH, toDevice);
        final Signal south = new Signal(signal, Side.SOUTH, Doorbell.NONE);

        new Race(north::inject, south::enable, toDevice).run(ROUNDS, Seed.of("enable"), () -> {
            south.acknowledge();
            south.disable();
        });
    }

    @Test
    void shouldNotLoseASignalThatComesAtTheEndOfWakeup() {
        final MemorySegment signal = arena.allocate(16, 64);
        Signal.format(signal);
        final Signal north = new Signal(signal, Side.NORTH, toDevice);
        final Signal south = new Signal(signal, Side.SOUTH, Doorbell.NONE);
        final AtomicInteger changed = new AtomicInteger();
        final AtomicInteger seen = new AtomicInteger();
        final Runnable work = () -> seen.setPlain(changed.getPlain());

        new Race(() -> {
            changed.setPlain(changed.getPlain() + 1); // it is inject that shows it to the other side
            north.inject();
        }, () -> {
            final int before = seen.getPlain();
            south.wakeup(work);
            return seen.getPlain() != before;
        }, toDevice).run(ROUNDS, Seed.of("wakeup"), () -> {
            seen.setPlain(changed.getPlain());
            south.acknowledge();
            north.inject(); // what the wakeup is for, while the next one comes
        });
    }
}
