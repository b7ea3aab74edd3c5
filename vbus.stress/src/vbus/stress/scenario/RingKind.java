// SPDX-License-Identifier: Apache-2.0
package vbus.stress.scenario;

import java.lang.foreign.MemorySegment;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.DriverRing;
import vbus.shm.GuestMemory;
import vbus.shm.IndirectTables;
import vbus.shm.Ioq;
import vbus.shm.IoqDriver;
import vbus.shm.IoqRing;
import vbus.shm.PackedDriver;
import vbus.shm.PackedQueue;
import vbus.shm.PackedRing;
import vbus.shm.Ring;
import vbus.shm.RingFeatures;
import vbus.shm.Side;
import vbus.shm.Signal;
import vbus.shm.SplitDriver;
import vbus.shm.SplitQueue;
import vbus.shm.SplitRing;
import vbus.stress.explore.Machine;

/// The kinds of ring and what their sides agree on, made in the memory of a machine.
enum RingKind {
    IOQ(false, false),
    SPLIT(false, false), SPLIT_EVENT(true, false), SPLIT_IN_ORDER(true, true),
    PACKED(false, false), PACKED_EVENT(true, false), PACKED_IN_ORDER(true, true);

    private final RingFeatures features;

    RingKind(boolean eventIndex, boolean inOrder) {
        features = new RingFeatures(false, eventIndex, inOrder);
    }

    /// Both sides of one empty ring.
    record Sides(DriverRing driver, Ring device) { }

    /// `toDevice` is rung by the driver, `toDriver` by the device.
    Sides make(Machine machine, Direction direction, int size, GuestMemory memory, Doorbell toDevice, Doorbell toDriver) {
        return switch (this) {
            case IOQ -> {
                final MemorySegment ring = machine.allocate("ioq", Ioq.byteSize(size), 8);
                Ioq.format(ring, size);
                final Signal north = new Signal(Ioq.signal(ring), Side.NORTH, toDevice);
                yield new Sides(new IoqDriver(ring, direction, north), new IoqRing(ring, direction, memory, toDriver));
            }
            case SPLIT, SPLIT_EVENT, SPLIT_IN_ORDER -> {
                final SplitQueue queue = new SplitQueue(size, machine.allocate("table", 16L * size, 16),
                    machine.allocate("avail", 6 + 2L * size, 8), machine.allocate("used", 6 + 8L * size, 8));
                yield new Sides(new SplitDriver(queue, features, IndirectTables.NONE, direction, toDevice),
                    new SplitRing(queue, features, memory, 0, toDriver));
            }
            case PACKED, PACKED_EVENT, PACKED_IN_ORDER -> {
                final PackedQueue queue = new PackedQueue(size, machine.allocate("ring", 16L * size, 16),
                    machine.allocate("driverEvent", 4, 8), machine.allocate("deviceEvent", 4, 8));
                yield new Sides(new PackedDriver(queue, features, IndirectTables.NONE, direction, toDevice),
                    new PackedRing(queue, features, memory, PackedRing.START, toDriver));
            }
        };
    }
}
