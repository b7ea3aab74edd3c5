// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

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

/// Both sides of a ring of ours that lies at the begin of a block of memory, whatever its kind.
public final class RingSides {

    private static final long PAGE = 4096;

    private RingSides() { }

    /// Bytes of whole pages that a ring of any kind fits into.
    public static long byteSize(int size) {
        return (Math.max(Math.max(SplitQueue.byteSize(size), PackedQueue.byteSize(size)), Ioq.byteSize(size)) + PAGE - 1) / PAGE * PAGE;
    }

    /// The driver's side, which formats the ring; `device` is rung by it.
    public static DriverRing driver(QueueKind kind, int size, RingFeatures features, Direction direction, MemorySegment block,
        Doorbell device) {
        return switch (kind) {
            case IOQ -> {
                final MemorySegment ring = block.asSlice(0, Ioq.byteSize(size));
                Ioq.format(ring, size);
                yield new IoqDriver(ring, direction, new Signal(Ioq.signal(ring), Side.NORTH, device));
            }
            case PACKED -> new PackedDriver(PackedQueue.in(block, size), features, IndirectTables.NONE, direction, device);
            case SPLIT -> new SplitDriver(SplitQueue.in(block, size), features, IndirectTables.NONE, direction, device);
            default -> throw new IllegalArgumentException(kind + ": want a ring of ours");
        };
    }

    /// The device's side of a ring that a driver formatted; `driver` is rung by it.
    public static Ring device(QueueKind kind, int size, RingFeatures features, Direction direction, MemorySegment block,
        GuestMemory guest, Doorbell driver) {
        return switch (kind) {
            case IOQ -> new IoqRing(block.asSlice(0, Ioq.byteSize(size)), direction, guest, driver);
            case PACKED -> new PackedRing(PackedQueue.in(block, size), features, guest, PackedRing.START, driver);
            case SPLIT -> new SplitRing(SplitQueue.in(block, size), features, guest, 0, driver);
            default -> throw new IllegalArgumentException(kind + ": want a ring of ours");
        };
    }
}
