// SPDX-License-Identifier: Apache-2.0
package vbus.it.cut;

import java.lang.foreign.MemorySegment;
import vbus.api.connector.Channel;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.DriverRing;
import vbus.shm.GuestMemory;
import vbus.shm.IndirectTables;
import vbus.shm.Ioq;
import vbus.shm.IoqDriver;
import vbus.shm.PackedDriver;
import vbus.shm.PackedQueue;
import vbus.shm.PackedRing;
import vbus.shm.RingFeatures;
import vbus.shm.Side;
import vbus.shm.Signal;
import vbus.shm.SplitDriver;
import vbus.shm.SplitQueue;
import vbus.shm.SplitRing;

/// A kind of ring, and how both of its sides get onto one block of memory.
enum Wiring {

    IOQ("virtual-ethernet", 0, RingFeatures.NONE),
    SPLIT("virtio-net", 12, RingFeatures.NONE),
    SPLIT_ALL("virtio-net", 12, new RingFeatures(true, true, true)),
    PACKED("virtio-net", 12, RingFeatures.NONE),
    PACKED_ALL("virtio-net", 12, new RingFeatures(true, true, true));

    private static final int SIGNAL_AT = 8;

    final String type;
    final int headBytes;
    private final RingFeatures features;

    Wiring(String type, int headBytes, RingFeatures features) {
        this.type = type;
        this.headBytes = headBytes;
        this.features = features;
    }

    boolean indirect() {
        return features.indirect();
    }

    DriverRing driver(MemorySegment block, int size, IndirectTables tables, Direction direction, Doorbell device) {
        return switch (this) {
            case IOQ -> {
                final MemorySegment ring = block.asSlice(0, Ioq.byteSize(size));
                Ioq.format(ring, size);
                yield new IoqDriver(ring, direction, new Signal(Ioq.signal(ring), Side.NORTH, device));
            }
            case SPLIT, SPLIT_ALL -> new SplitDriver(SplitQueue.in(block, size), features, tables, direction, device);
            case PACKED, PACKED_ALL -> new PackedDriver(PackedQueue.in(block, size), features, tables, direction, device);
        };
    }

    /// Gives the device its side of what `driver` made.
    Channel.Registration register(Channel channel, int id, MemorySegment block, int size, GuestMemory memory) {
        return switch (this) {
            case IOQ -> channel.shm(id, block.asSlice(0, Ioq.byteSize(size)), SIGNAL_AT, 0, Doorbell.NONE);
            case SPLIT, SPLIT_ALL ->
                channel.queue(id, new SplitRing(SplitQueue.in(block, size), features, memory, 0, Doorbell.NONE), Channel.NO_FD);
            case PACKED, PACKED_ALL -> channel.queue(id,
                new PackedRing(PackedQueue.in(block, size), features, memory, PackedRing.START, Doorbell.NONE), Channel.NO_FD);
        };
    }
}
