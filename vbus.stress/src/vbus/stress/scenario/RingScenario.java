// SPDX-License-Identifier: Apache-2.0
package vbus.stress.scenario;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import vbus.shm.Burst;
import vbus.shm.Direction;
import vbus.shm.DriverRing;
import vbus.shm.GuestMemory;
import vbus.shm.Region;
import vbus.shm.Ring;
import vbus.stress.explore.Bell;
import vbus.stress.explore.Machine;
import vbus.stress.explore.Scenario;

/// A driver and a device send a few numbered buffers through one ring, and sleep whenever they find nothing.
///
/// ```
///   driver:  offer as much as fits, publish, reap; nothing came back? watch, sleep
///   device:  take, read or fill, complete, publish;  nothing came?    watch, sleep
/// ```
/// Must hold: both come to an end; each number arrives once and in order, with the bytes that were written for it; each buffer is
/// always with one side alone.
public final class RingScenario implements Scenario {

    private static final long BASE = 0x1000;
    private static final int SLOT = 8;
    private static final ValueLayout.OfLong NUMBER = ValueLayout.JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN); // as a burst reads it

    private final RingKind kind;
    private final Direction direction;
    private final int size;
    private final int elements;
    private final int most;
    private final boolean unwatches;

    private DriverRing driver;
    private Ring device;
    private MemorySegment slots;
    private Bell toDevice;
    private Bell toDriver;
    private Custody custody;

    /// `elements` buffers through a ring of `size`, up to `most` at once; sides that `unwatches` mask doorbells while they are awake.
    public RingScenario(String kind, String direction, int size, int elements, int most, boolean unwatches) {
        this.kind = RingKind.valueOf(kind);
        this.direction = Direction.valueOf(direction);
        this.size = size;
        this.elements = elements;
        this.most = most;
        this.unwatches = unwatches;
    }

    @Override
    public Runnable[] start(Machine machine) {
        toDevice = machine.bell();
        toDriver = machine.bell();
        slots = machine.allocate("slots", (long) size * SLOT, 8);
        final GuestMemory memory = new GuestMemory();
        memory.add(new Region(BASE, slots));
        final RingKind.Sides sides = kind.make(machine, direction, size, memory, toDevice::ring, toDriver::ring);
        driver = sides.driver();
        device = sides.device();
        custody = new Custody(size);
        return new Runnable[] {this::drive, this::serve};
    }

    @Override
    public String[] names() {
        return new String[] {"driver", "device"};
    }

    private void drive() {
        final long[] cookies = new long[most];
        final int[] lengths = new int[most];
        int offered = 0;
        int back = 0;
        while (back < elements) {
            for (int n = 0; n < most && offered < elements && driver.free() > 0; n++) {
                offer(offered++);
            }
            driver.publish();
            final int n = driver.reap(cookies, lengths);
            check(n >= 0, "the device broke the ring");
            for (int i = 0; i < n; i++) {
                takeBack((int) cookies[i], lengths[i], back++);
            }
            if (n == 0 && (offered == elements || driver.free() == 0)) {
                if (!driver.watch()) {
                    toDriver.sleep();
                }
                if (unwatches) {
                    driver.unwatch();
                }
            }
        }
    }

    private void offer(int number) {
        final int slot = custody.lend();
        if (direction == Direction.TO_DEVICE) {
            slots.set(NUMBER, (long) slot * SLOT, number + 1);
        }
        check(driver.offer(BASE + (long) slot * SLOT, SLOT, slot), "an offer was refused");
    }

    private void takeBack(int slot, int length, int number) {
        custody.takeBack(slot);
        if (direction == Direction.FROM_DEVICE) {
            check(length == SLOT, "buffer %d has %d bytes".formatted(number, length));
            final long seen = slots.get(NUMBER, (long) slot * SLOT);
            check(seen == number + 1, "the driver sees %d in buffer %d".formatted(seen, number + 1));
        }
    }

    private void serve() {
        final Burst burst = new Burst(most, most);
        final MemorySegment scratch = MemorySegment.ofArray(new long[1]);
        int done = 0;
        while (done < elements) {
            final int n = device.take(burst, most);
            check(n >= 0, device.fault());
            for (int chain = 0; chain < n; chain++) {
                custody.receive();
                done++;
                if (direction == Direction.TO_DEVICE) {
                    final long seen = burst.readLong(chain, 0);
                    check(seen == done, "the device sees %d in buffer %d".formatted(seen, done));
                } else {
                    scratch.set(NUMBER, 0, done);
                    burst.write(chain, 0, scratch, 0, SLOT);
                }
                custody.complete();
                device.complete(burst, chain, direction == Direction.TO_DEVICE ? 0 : SLOT);
            }
            device.publish();
            if (n == 0) {
                if (!device.watch()) {
                    toDevice.sleep();
                }
                if (unwatches) {
                    device.unwatch();
                }
            }
        }
    }

    @Override
    public void end() {
        check(driver.free() == size, "%d of %d descriptors are free at the end".formatted(driver.free(), size));
        check(device.take(new Burst(1, 1), 1) == 0, "something is left in the ring");
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
