// SPDX-License-Identifier: Apache-2.0
package vbus.stress.race;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import vbus.shm.Burst;
import vbus.shm.Direction;
import vbus.shm.DriverRing;
import vbus.shm.GuestMemory;
import vbus.shm.IndirectTables;
import vbus.shm.Ioq;
import vbus.shm.IoqDriver;
import vbus.shm.IoqRing;
import vbus.shm.PackedDriver;
import vbus.shm.PackedQueue;
import vbus.shm.PackedRing;
import vbus.shm.Region;
import vbus.shm.Ring;
import vbus.shm.RingFeatures;
import vbus.shm.Side;
import vbus.shm.Signal;
import vbus.shm.SplitDriver;
import vbus.shm.SplitQueue;
import vbus.shm.SplitRing;

/// A ring with both its sides, and one buffer for it: what the threads of a race do, a call for each.
final class OneBuffer {

    static final int NUMBER = 42;

    private static final int SIZE = 2;
    private static final long BASE = 0x1000;
    private static final int BYTES = 8;
    private static final RingFeatures EVENT_INDEX = new RingFeatures(false, true, false);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN); // as a burst reads it

    private final MemorySegment buffer = MemorySegment.ofArray(new long[1]);
    private final MemorySegment scratch = MemorySegment.ofArray(new long[1]);
    private final GuestMemory memory = new GuestMemory();
    private final Burst burst = new Burst(1, 1);
    private final long[] cookies = new long[1];
    private final int[] lengths = new int[1];
    private final Direction direction;
    private DriverRing driver;
    private Ring device;
    private boolean deviceRung;
    private boolean driverRung;

    private OneBuffer(Direction direction) {
        this.direction = direction;
        memory.add(new Region(BASE, buffer));
    }

    static OneBuffer inIoq(Direction direction) {
        final OneBuffer one = new OneBuffer(direction);
        final MemorySegment ring = MemorySegment.ofArray(new long[(int) (Ioq.byteSize(SIZE) / 8)]);
        Ioq.format(ring, SIZE);
        one.driver = new IoqDriver(ring, direction, new Signal(Ioq.signal(ring), Side.NORTH, () -> one.deviceRung = true));
        one.device = new IoqRing(ring, direction, one.memory, () -> one.driverRung = true);
        return one;
    }

    static OneBuffer inSplit(Direction direction) {
        final OneBuffer one = new OneBuffer(direction);
        final SplitQueue queue = new SplitQueue(SIZE, words(16 * SIZE), words(6 + 2 * SIZE), words(6 + 8 * SIZE));
        one.driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, direction, () -> one.deviceRung = true);
        one.device = new SplitRing(queue, RingFeatures.NONE, one.memory, 0, () -> one.driverRung = true);
        return one;
    }

    static OneBuffer inPacked(Direction direction) {
        final OneBuffer one = new OneBuffer(direction);
        final PackedQueue queue = new PackedQueue(SIZE, words(16 * SIZE), words(4), words(4));
        one.driver = new PackedDriver(queue, EVENT_INDEX, IndirectTables.NONE, direction, () -> one.deviceRung = true);
        one.device = new PackedRing(queue, EVENT_INDEX, one.memory, PackedRing.START, () -> one.driverRung = true);
        return one;
    }

    private static MemorySegment words(int bytes) {
        return MemorySegment.ofArray(new long[(bytes + 7) / 8]);
    }

    /// The buffer is with the device, and the driver does not want to hear of it.
    OneBuffer taken() {
        offer();
        driver.unwatch();
        if (device.take(burst, 1) != 1) {
            throw new IllegalStateException("the device found nothing");
        }
        return this;
    }

    /// The driver's: writes, offers and publishes; whether it rang.
    boolean offer() {
        deviceRung = false;
        if (direction == Direction.TO_DEVICE) {
            buffer.set(LONG, 0, NUMBER);
        }
        driver.offer(BASE, BYTES, NUMBER);
        driver.publish();
        return deviceRung;
    }

    /// The device's, last before it sleeps: whether it stays awake.
    boolean deviceNotices() {
        return device.watch();
    }

    /// The device's: how many buffers came.
    int take() {
        return device.take(burst, 1);
    }

    /// The device's, once a buffer came: what is in it.
    int read() {
        return (int) burst.readLong(0, 0);
    }

    /// The device's: fills, completes and publishes; whether it rang.
    boolean complete() {
        driverRung = false;
        if (direction == Direction.FROM_DEVICE) {
            scratch.set(LONG, 0, NUMBER);
            burst.write(0, 0, scratch, 0, BYTES);
        }
        device.complete(burst, 0, direction == Direction.FROM_DEVICE ? BYTES : 0);
        device.publish();
        return driverRung;
    }

    /// The driver's, last before it sleeps: whether it stays awake.
    boolean driverNotices() {
        return driver.watch();
    }

    /// The driver's: how many buffers came back.
    int reap() {
        return driver.reap(cookies, lengths);
    }

    /// The driver's, once a buffer came back: what is in it; -1 when it is another buffer, or has another length.
    int readBack() {
        return cookies[0] == NUMBER && lengths[0] == BYTES ? (int) buffer.get(LONG, 0) : -1;
    }
}
