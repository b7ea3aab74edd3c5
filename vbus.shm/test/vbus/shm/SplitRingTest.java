// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a split virtqueue does besides what every ring does: any order, 16-bit indexes, suppression, handing over.
class SplitRingTest {

    private static final int SIZE = 4;
    private static final int WRAP = 1 << 16;

    private final Arena arena = Arena.ofAuto();
    private final TestGuest guest = new TestGuest(arena, 64, 64);
    private final Bell toDriver = new Bell();
    private final Bell toDevice = new Bell();
    private final Burst burst = new Burst(SIZE, SIZE);
    private final long[] cookies = new long[SIZE];
    private final int[] lengths = new int[SIZE];

    private SplitRing device(SplitQueue queue, int position) {
        return new SplitRing(queue, RingFeatures.NONE, guest.memory, position, toDriver);
    }

    private SplitQueue queue(int size) {
        return SplitQueue.in(arena.allocate(SplitQueue.byteSize(size), 16), size);
    }

    private static void offer(DriverRing driver, long... cookies) {
        for (long cookie : cookies) {
            assertTrue(driver.offer(TestGuest.BASE, 8, cookie));
        }
        driver.publish();
    }

    private void serve(SplitRing device, int chains) {
        assertEquals(chains, device.take(burst, chains));
        for (int i = 0; i < chains; i++) {
            device.complete(burst, i, 0);
        }
        device.publish();
    }

    @Test
    void shouldCompleteInAnyOrder() {
        SplitQueue queue = queue(SIZE);
        SplitDriver driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.FROM_DEVICE, toDevice);
        SplitRing device = device(queue, 0);
        offer(driver, 10, 11, 12);
        device.take(burst, SIZE);

        device.complete(burst, 2, 7);
        device.publish();
        assertFalse(device.ordered());
        assertEquals(1, driver.reap(cookies, lengths));
        assertEquals(12, cookies[0]);
        assertEquals(7, lengths[0]);

        device.complete(burst, 0, 5);
        device.complete(burst, 1, 6);
        device.publish();
        assertEquals(2, driver.reap(cookies, lengths));
        assertArrayEquals(new long[] {10, 11}, Arrays.copyOf(cookies, 2));
        assertArrayEquals(new int[] {5, 6}, Arrays.copyOf(lengths, 2));
    }

    @Test
    void shouldTakeOffersOnlyAfterPublish() {
        SplitQueue queue = queue(SIZE);
        SplitDriver driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.TO_DEVICE, toDevice);
        SplitRing device = device(queue, 0);

        driver.offer(TestGuest.BASE, 8, 1);

        assertEquals(0, device.take(burst, SIZE));
    }

    @Test
    void shouldReuseADescriptorWhileOthersAreHeld() {
        SplitQueue queue = queue(SIZE);
        SplitDriver driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.TO_DEVICE, toDevice);
        SplitRing device = device(queue, 0);
        offer(driver, 100, 101);
        device.take(burst, SIZE);
        final Burst other = new Burst(SIZE, SIZE);
        for (int i = 0; i < 10 * SIZE; i++) {
            offer(driver, i);
            assertEquals(1, device.take(other, SIZE));
            device.complete(other, 0, 0);
            device.publish();
            assertEquals(1, driver.reap(cookies, lengths));
            assertEquals(i, cookies[0]);
        }

        device.complete(burst, 1, 0);
        device.complete(burst, 0, 0);
        device.publish();

        assertEquals(2, driver.reap(cookies, lengths));
        assertArrayEquals(new long[] {101, 100}, Arrays.copyOf(cookies, 2));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 32768})
    void shouldFillAndDrainARingOfThisSize(int size) {
        SplitQueue queue = queue(size);
        SplitDriver driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.TO_DEVICE, toDevice);
        SplitRing device = device(queue, 0);
        final Burst all = new Burst(size, size);
        for (int round = 0; round < 3; round++) { // 3 * 32768 goes over the end of the 16-bit index
            for (int i = 0; i < size; i++) {
                assertTrue(driver.offer(TestGuest.BASE + i % 32, 8, i));
            }
            assertFalse(driver.offer(TestGuest.BASE, 8, 1));
            driver.publish();

            assertEquals(size, device.take(all, size));
            for (int i = 0; i < size; i++) {
                device.complete(all, i, 0);
            }
            device.publish();

            final long[] reaped = new long[size];
            assertEquals(size, driver.reap(reaped, new int[size]));
            for (int i = 0; i < size; i++) {
                assertEquals(i, reaped[i]);
            }
        }
    }

    @Test
    void shouldGoOnOver65536() {
        SplitQueue queue = queue(SIZE);
        SplitDriver driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.TO_DEVICE, toDevice);
        SplitRing device = device(queue, 0);
        for (int i = 0; i < WRAP + 3 * SIZE; i += 2) {
            assertEquals(i & 0xffff, device.position());
            offer(driver, i, i + 1);
            serve(device, 2);
            assertEquals(2, driver.reap(cookies, lengths));
            assertEquals(i, cookies[0]);
            assertEquals(i + 1, cookies[1]);
        }
    }

    @Test
    void shouldGiveBackOver65536() {
        SplitGuest split = new SplitGuest(arena, SIZE);
        split.beginAt(WRAP - 1);
        SplitRing device = device(split.queue, WRAP - 1);
        split.descriptor(0, TestGuest.BASE, 1, 0, 0);
        split.descriptor(1, TestGuest.BASE, 2, 0, 0);
        split.offer(0);
        split.offer(1);

        assertEquals(2, device.take(burst, SIZE));
        assertEquals(1, device.position());
        device.untake(2);
        assertEquals(WRAP - 1, device.position());

        serve(device, 2);
        assertEquals(1, split.used());
        assertEquals(0, split.usedId(WRAP - 1));
        assertEquals(1, split.usedId(WRAP));
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "65535", "32768", "40000"})
    void shouldBeginAtAPosition(int position) {
        SplitGuest split = new SplitGuest(arena, SIZE);
        split.beginAt(position);
        split.descriptor(2, TestGuest.BASE, 1, 0, 0);
        split.offer(2);

        SplitRing device = device(split.queue, position);

        assertEquals(position, device.position());
        serve(device, 1);
        assertEquals(position + 1 & 0xffff, split.used());
        assertEquals(2, split.usedId(position));
    }

    @Test
    void shouldHandItsPositionToTheNextRingWithoutLoss() {
        SplitQueue queue = queue(SIZE);
        SplitDriver driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, Direction.TO_DEVICE, toDevice);
        SplitRing device = device(queue, 0);
        final Random random = new Random(7);
        long offered = 0;
        long reaped = 0;
        while (reaped < WRAP + 100) {
            for (int free = random.nextInt(SIZE + 1); free > 0 && driver.offer(TestGuest.BASE, 8, offered); free--) {
                offered++;
            }
            driver.publish();
            final int taken = device.take(burst, random.nextInt(SIZE + 1));
            final int back = random.nextInt(taken + 1);
            device.untake(back);
            for (int i = 0; i < taken - back; i++) {
                device.complete(burst, i, 0);
            }
            device.publish();
            if (random.nextInt(4) == 0) {
                device = device(queue, device.position());
            }
            final int n = driver.reap(cookies, lengths);
            for (int i = 0; i < n; i++) {
                assertEquals(reaped++, cookies[i]);
            }
        }
    }

    @Test
    void shouldNotInterruptAGuestThatAskedNotTo() {
        SplitGuest split = new SplitGuest(arena, SIZE);
        SplitRing device = device(split.queue, 0);
        split.descriptor(0, TestGuest.BASE, 1, 0, 0);
        split.noInterrupt(true);
        split.offer(0);
        serve(device, 1);
        assertEquals(0, toDriver.rung());
        assertEquals(0, device.notified());

        split.noInterrupt(false);
        split.offer(0);
        serve(device, 1);
        assertEquals(1, toDriver.rung());
        assertEquals(1, device.notified());
    }

    @Test
    void shouldSetNoNotifyWhileItDoesNotWatch() {
        SplitGuest split = new SplitGuest(arena, SIZE);
        SplitRing device = device(split.queue, 0);
        assertTrue(split.noNotify());

        device.watch();
        assertFalse(split.noNotify());

        device.unwatch();
        assertTrue(split.noNotify());
    }

    @Test
    void shouldRingTheDoorbellThatReplacedTheFirst() {
        SplitGuest split = new SplitGuest(arena, SIZE);
        SplitRing device = device(split.queue, 0);
        final Bell second = new Bell();
        split.descriptor(0, TestGuest.BASE, 1, 0, 0);
        split.offer(0);

        device.guest(second);
        serve(device, 1);

        assertEquals(0, toDriver.rung());
        assertEquals(1, second.rung());
    }
}
