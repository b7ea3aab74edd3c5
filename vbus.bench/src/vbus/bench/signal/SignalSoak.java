// SPDX-License-Identifier: Apache-2.0
package vbus.bench.signal;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import vbus.bench.ring.QueueKind;
import vbus.bench.ring.SharedRing;
import vbus.shm.Burst;
import vbus.shm.DriverRing;
import vbus.shm.Ring;
import vbus.shm.RingFeatures;

/// A driver and a device, as fast as they can, with random stalls; each looks again for a while before it sleeps. Every element has a
/// number; a sleep that nobody ends is a lost signal.
///
/// Threads: `run` once; it is the driver's, the device has one of its own.
final class SignalSoak {

    /// What came of it.
    ///
    /// @param elements that came through, all in order
    /// @param toDevice doorbells that the driver rang
    /// @param toDriver doorbells that the device rang
    record Outcome(long elements, long toDevice, long toDriver, double seconds) {

        /// Signals of both directions for 100 elements.
        double perHundred() {
            return 100.0 * (toDevice + toDriver) / elements;
        }
    }

    private static final RingFeatures TOLD = new RingFeatures(false, true, true); // with event index, in order
    private static final int SIZE = 256;
    private static final int BURST = 32;
    private static final int SLOT = 64;
    private static final int STALL_EACH = 2048; // bursts
    private static final int STALL_MICROS = 300;
    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(20); // before a sleep, as a lane does
    private static final int LOOKS = 64; // between two looks at the clock
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final long elements;
    private final long seed;
    private final Arena arena = Arena.ofShared();
    private final Bed deviceBed;
    private final Bed driverBed;
    private final DriverRing driver;
    private final Ring device;
    private final MemorySegment buffers;

    SignalSoak(QueueKind ring, Bed.Kind bed, long elements, long seed) {
        this.elements = elements;
        this.seed = seed;
        deviceBed = Bed.of(bed);
        driverBed = Bed.of(bed);
        final MemorySegment memory = arena.allocate(SharedRing.byteSize(SIZE), 4096);
        driver = SharedRing.driver(ring, SIZE, TOLD, memory, deviceBed);
        device = SharedRing.device(ring, SIZE, TOLD, memory, driverBed);
        buffers = SharedRing.buffers(SIZE, memory);
    }

    /// Errors: IllegalStateException when an element or a signal was lost.
    Outcome run() throws Exception {
        final FutureTask<Void> serving = new FutureTask<>(this::serve, null);
        Thread.ofPlatform().daemon().name("device").start(serving);
        final long start = System.nanoTime();
        try (arena; deviceBed; driverBed) {
            try {
                drive();
            } catch (IllegalStateException e) {
                if (serving.isDone()) {
                    serving.get(); // when both failed, this is why
                }
                throw e;
            }
            serving.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return new Outcome(elements, deviceBed.rung(), driverBed.rung(), (System.nanoTime() - start) / 1e9);
        }
    }

    private void drive() {
        final SplittableRandom random = new SplittableRandom(seed);
        final long[] cookies = new long[SIZE];
        final int[] lengths = new int[SIZE];
        long offered = 0;
        for (long back = 0; back < elements; ) {
            final int n = (int) Math.min(Math.min(BURST, driver.free()), elements - offered);
            for (int i = 0; i < n; i++, offered++) {
                final long at = offered % SIZE * SLOT;
                buffers.set(JAVA_LONG_UNALIGNED, at, offered);
                driver.offer(SharedRing.address(SIZE) + at, SLOT, offered);
            }
            driver.publish();
            int reaped = driver.reap(cookies, lengths);
            if (reaped == 0 && (driver.free() == 0 || offered == elements)) {
                reaped = awaitCompletions(cookies, lengths);
            }
            for (int i = 0; i < reaped; i++) {
                want("cookie", cookies[i], back++);
            }
            stall(random);
        }
    }

    private int awaitCompletions(long[] cookies, int[] lengths) {
        final long end = System.nanoTime() + LOOK_NANOS;
        do {
            for (int i = 0; i < LOOKS; i++) {
                final int n = driver.reap(cookies, lengths);
                if (n != 0) {
                    return valid(n, "the device broke the ring");
                }
            }
        } while (System.nanoTime() < end);
        if (!driver.watch()) {
            sleep(driverBed, "the driver");
        }
        driver.unwatch();
        return valid(driver.reap(cookies, lengths), "the device broke the ring");
    }

    private void serve() {
        final SplittableRandom random = new SplittableRandom(~seed);
        final Burst burst = new Burst(BURST, 2 * BURST);
        final MemorySegment element = MemorySegment.ofArray(new byte[SLOT]);
        long served = 0;
        device.unwatch();
        while (served < elements) {
            int n = device.take(burst, BURST);
            if (n == 0) {
                n = awaitOffers(burst);
            }
            for (int i = 0; i < valid(n, device.fault()); i++) {
                burst.read(i, 0, element, 0, SLOT);
                want("element", element.get(JAVA_LONG_UNALIGNED, 0), served++);
                device.complete(burst, i, 0);
            }
            device.publish();
            stall(random);
        }
    }

    private int awaitOffers(Burst burst) {
        final long end = System.nanoTime() + LOOK_NANOS;
        do {
            for (int i = 0; i < LOOKS; i++) {
                final int n = device.take(burst, BURST);
                if (n != 0) {
                    return n;
                }
            }
        } while (System.nanoTime() < end);
        if (!device.watch()) {
            sleep(deviceBed, "the device");
        }
        device.unwatch();
        return device.take(burst, BURST);
    }

    private void stall(SplittableRandom random) {
        if (random.nextInt(STALL_EACH) == 0) {
            LockSupport.parkNanos(this, TimeUnit.MICROSECONDS.toNanos(random.nextInt(STALL_MICROS)));
        }
    }

    private static void sleep(Bed bed, String who) {
        if (!bed.sleep(PATIENCE)) {
            throw new IllegalStateException("%s slept for %s and no doorbell rang: a signal was lost".formatted(who, PATIENCE));
        }
    }

    private static void want(String what, long found, long number) {
        if (found != number) {
            throw new IllegalStateException("%s %d came: want %d".formatted(what, found, number));
        }
    }

    private static int valid(int n, String fault) {
        if (n < 0) {
            throw new IllegalStateException(fault);
        }
        return n;
    }
}
