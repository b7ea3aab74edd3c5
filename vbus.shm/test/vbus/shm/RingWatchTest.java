// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// When the sides of a ring, of every kind and in both directions, tell each other to look.
class RingWatchTest {

    private static final int SIZE = 4;
    private static final int BYTES = 16;

    private final Arena arena = Arena.ofAuto();
    private final TestGuest guest = new TestGuest(arena, 64, 64);
    private final Bell toDevice = new Bell();
    private final Bell toDriver = new Bell();
    private final Burst burst = new Burst(SIZE, SIZE);
    private DriverRing driver;
    private Ring device;

    static Object[] shapes() {
        return Pair.Shape.all().toArray();
    }

    private void make(Pair.Shape shape) {
        final Pair pair = shape.make(arena, SIZE, guest.memory, toDevice, toDriver);
        driver = pair.driver();
        device = pair.device();
    }

    private void offer(int... slots) {
        for (int slot : slots) {
            assertTrue(driver.offer(TestGuest.BASE + (long) slot * BYTES, BYTES, slot));
        }
        driver.publish();
    }

    private void takeAndComplete(int chains) {
        assertEquals(chains, device.take(burst, chains));
        for (int i = 0; i < chains; i++) {
            device.complete(burst, i, 0);
        }
        device.publish();
    }

    private int reap() {
        return driver.reap(new long[SIZE], new int[SIZE]);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldTellWatchWhatWaits(Pair.Shape s) {
        make(s);
        assertFalse(device.watch());
        assertFalse(driver.watch());

        offer(0);
        assertTrue(device.watch());
        assertFalse(driver.watch());

        takeAndComplete(1);
        assertFalse(device.watch());
        assertTrue(driver.watch());

        reap();
        assertFalse(driver.watch());
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldBeKickedOnlyWhileItWatches(Pair.Shape s) {
        make(s);
        offer(0);
        assertEquals(0, toDevice.rung(), "a device does not want kicks before it watches");
        takeAndComplete(1);

        assertFalse(device.watch());
        offer(1);
        assertEquals(1, toDevice.rung());
        takeAndComplete(1);

        device.unwatch();
        offer(2);
        assertEquals(1, toDevice.rung());
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldNotifyTheDriverOnlyWhileItWatches(Pair.Shape s) {
        make(s);
        driver.unwatch();
        offer(0);
        takeAndComplete(1);
        assertEquals(0, toDriver.rung());
        reap();

        assertFalse(driver.watch());
        offer(1);
        takeAndComplete(1);
        assertEquals(1, toDriver.rung());
        assertEquals(1, device.notified());
        reap();

        driver.unwatch();
        offer(2);
        takeAndComplete(1);
        assertEquals(1, toDriver.rung());
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldRingOnceForABurst(Pair.Shape s) {
        make(s);
        device.watch();
        driver.watch();

        offer(0, 1, 2);
        driver.publish();
        assertEquals(1, toDevice.rung());

        takeAndComplete(3);
        device.publish();
        assertEquals(1, toDriver.rung());
        assertEquals(1, device.notified());
    }
}
