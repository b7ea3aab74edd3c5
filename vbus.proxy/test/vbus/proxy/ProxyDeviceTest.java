// SPDX-License-Identifier: Apache-2.0
package vbus.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.api.driver.Block;
import vbus.shm.Burst;
import vbus.shm.Direction;
import vbus.shm.DriverRing;

class ProxyDeviceTest {

    private final FakePort port = new FakePort();
    private final FakeShowcase showcase = new FakeShowcase();
    private final ProxyDevice device = new ProxyDevice(port, new Offer(4, "echo", 2, "dev"), showcase);
    private final List<String> signals = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        port.stuck = false;
        device.close();
        assertEquals(0, port.blocks());
        port.close();
    }

    private static void refused(Status status, Executable verb) {
        assertEquals(status, assertThrows(VbusException.class, verb).status());
    }

    private void gone() {
        refused(Status.GONE, () -> device.call(1, MemorySegment.NULL));
        refused(Status.GONE, () -> device.allocate(8));
        refused(Status.GONE, () -> device.shm(0, new Block(0, MemorySegment.NULL)));
        refused(Status.GONE, () -> device.ring(0, 4, Direction.TO_DEVICE, 0, () -> { }));
    }

    @Test
    void shouldSayWhatItIs() {
        assertEquals("echo 2 4 dev lab alice", "%s %d %d %s %s %s".formatted(device.type(), device.version(),
            device.id(), device.device(), device.bus(), device.guest()));
    }

    @Test
    void shouldOpenOnceAndBeGoneOtherwise() {
        gone();
        refused(Status.INVALID, () -> device.open(7));
        gone();
        device.open(1);
        refused(Status.BUSY, () -> device.open(1));
        assertEquals(17, device.call(17, MemorySegment.NULL));
        device.close();
        device.close();
        gone();
        device.open(1);
        assertEquals(2, port.opened.size());
        assertTrue(port.opened.getFirst().closed);
    }

    @Test
    void shouldFreeItsMemoryWhenItIsClosed() {
        device.open(1);
        Block pool = device.allocate(64);
        device.shm(9, pool);
        assertEquals(List.of("shm 9 signal -1 priority 0"), port.opened.getFirst().said);
        device.close();
        assertEquals(0, port.blocks());
        assertThrows(IllegalStateException.class, () -> pool.memory().get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void shouldKeepItsMemoryWhenItsSessionCanNotBeClosed() {
        device.open(1);
        Block pool = device.allocate(64);
        port.stuck = true;
        refused(Status.TIMED_OUT, device::close);
        pool.memory().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        assertEquals(3, device.call(3, MemorySegment.NULL));
        port.stuck = false;
        device.close();
        assertEquals(0, port.blocks());
    }

    @Test
    void shouldCarryABufferToTheDeviceAndItsSignalBack() {
        device.open(1);
        Block buffer = device.allocate(16);
        buffer.memory().set(ValueLayout.JAVA_BYTE, 15, (byte) 77);
        DriverRing ring = device.ring(0, 4, Direction.TO_DEVICE, 5, () -> signals.add(Thread.currentThread().getName()));
        FakePort.Open open = port.opened.getFirst();
        assertEquals(List.of("shm 0 signal 8 priority 5"), open.said);
        open.ring.watch();

        assertTrue(ring.offer(buffer.address(), 16, 1234));
        ring.publish();

        assertEquals(1, open.kicks);
        Burst burst = new Burst(4, 8);
        assertEquals(1, open.ring.take(burst, 4));
        byte[] got = new byte[16];
        burst.read(0, 0, MemorySegment.ofArray(got), 0, 16);
        assertEquals(77, got[15]);
        open.ring.complete(burst, 0, 0);
        open.ring.publish();
        port.settle();
        assertEquals(List.of(FakePort.THREAD), signals);
        long[] cookies = new long[4];
        assertEquals(1, ring.reap(cookies, new int[4]));
        assertEquals(1234, cookies[0]);
    }

    @Test
    void shouldCarryWhatTheDeviceWritesIntoALentBuffer() {
        device.open(1);
        Block buffer = device.allocate(16);
        DriverRing ring = device.ring(1, 4, Direction.FROM_DEVICE, 0, () -> signals.add("signal"));
        FakePort.Open open = port.opened.getFirst();
        ring.offer(buffer.address(), 16, 9);
        ring.publish();
        Burst burst = new Burst(4, 8);
        assertEquals(1, open.ring.take(burst, 4));
        burst.write(0, 0, MemorySegment.ofArray(new byte[] {1, 2, 3}), 0, 3);
        open.ring.complete(burst, 0, 3);
        open.ring.publish();
        port.settle();
        assertEquals(List.of("signal"), signals);
        int[] lengths = new int[4];
        assertEquals(1, ring.reap(new long[4], lengths));
        assertArrayEquals(new byte[] {1, 2, 3}, buffer.memory().asSlice(0, lengths[0]).toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void shouldIgnoreASignalThatComesAfterItsEnd() {
        device.open(1);
        Block buffer = device.allocate(16);
        DriverRing ring = device.ring(0, 4, Direction.TO_DEVICE, 0, () -> signals.add("signal"));
        ring.offer(buffer.address(), 16, 1);
        ring.publish();
        var south = port.opened.getFirst().ring;
        CountDownLatch goOn = new CountDownLatch(1);
        port.execute(() -> FakePort.await(goOn));
        Burst burst = new Burst(4, 8);
        south.take(burst, 4);
        south.complete(burst, 0, 0);
        south.publish(); // its wakeup waits behind the guest's thread

        device.close();

        goOn.countDown();
        port.settle();
        assertEquals(List.of(), signals);
        assertEquals(List.of(), showcase.warnings);
    }

    @Test
    void shouldTellOfADriverThatFailsWhenItIsSignalled() {
        device.open(1);
        Block buffer = device.allocate(16);
        DriverRing ring = device.ring(0, 4, Direction.TO_DEVICE, 0, () -> {
            throw new IllegalStateException("driver");
        });
        ring.offer(buffer.address(), 16, 1);
        ring.publish();
        var south = port.opened.getFirst().ring;
        Burst burst = new Burst(4, 8);
        south.take(burst, 4);
        south.complete(burst, 0, 0);
        south.publish();
        port.settle();
        assertTrue(showcase.warnings.getFirst().contains("driver"), showcase.warnings::toString);
    }

    @Test
    void shouldFreeTheMemoryOfARingThatTheDeviceRefuses() {
        device.open(1);
        assertThrows(IllegalArgumentException.class, () -> device.ring(0, 0, Direction.TO_DEVICE, 0, () -> { }));
        assertEquals(1, port.blocks());
        device.close();
        assertEquals(0, port.blocks());
    }
}
