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
import vbus.shm.Ring;
import vbus.shm.Side;
import vbus.shm.Signal;
import vbus.shm.RingFeatures;
import vbus.shm.SplitDriver;
import vbus.shm.SplitQueue;
import vbus.shm.SplitRing;
import vbus.stress.explore.Machine;

/// The kinds of ring, made in the memory of a machine.
enum RingKind {
    IOQ {
        @Override
        Sides make(Machine machine, Direction direction, int size, GuestMemory memory, Doorbell toDevice, Doorbell toDriver) {
            final MemorySegment ring = machine.allocate("ioq", Ioq.byteSize(size), 8);
            Ioq.format(ring, size);
            final Signal north = new Signal(Ioq.signal(ring), Side.NORTH, toDevice);
            return new Sides(new IoqDriver(ring, direction, north), new IoqRing(ring, direction, memory, toDriver));
        }
    },
    SPLIT {
        @Override
        Sides make(Machine machine, Direction direction, int size, GuestMemory memory, Doorbell toDevice, Doorbell toDriver) {
            final SplitQueue queue = new SplitQueue(size, machine.allocate("table", 16L * size, 16),
                machine.allocate("avail", 6 + 2L * size, 8), machine.allocate("used", 6 + 8L * size, 8));
            return new Sides(new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, direction, toDevice),
                new SplitRing(queue, RingFeatures.NONE, memory, 0, toDriver));
        }
    };

    /// Both sides of one empty ring.
    record Sides(DriverRing driver, Ring device) { }

    /// `toDevice` is rung by the driver, `toDriver` by the device.
    abstract Sides make(Machine machine, Direction direction, int size, GuestMemory memory, Doorbell toDevice, Doorbell toDriver);
}
