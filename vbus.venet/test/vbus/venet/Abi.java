// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

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
import vbus.shm.RingFeatures;
import vbus.shm.Side;
import vbus.shm.Signal;
import vbus.shm.SplitDriver;
import vbus.shm.SplitQueue;
import vbus.shm.SplitRing;

/// What a station's ABI means for its rings: both halves of one, in the same memory.
enum Abi {

    VENET("virtual-ethernet", 0) {
        @Override
        DriverRing driver(MemorySegment block, int count, Direction direction) {
            final MemorySegment ring = block.asSlice(0, Ioq.byteSize(count));
            Ioq.format(ring, count);
            return new IoqDriver(ring, direction, new Signal(Ioq.signal(ring), Side.NORTH, Doorbell.NONE));
        }

        @Override
        Ring device(MemorySegment block, int count, Direction direction, GuestMemory memory, Doorbell guest) {
            return new IoqRing(block.asSlice(0, Ioq.byteSize(count)), direction, memory, guest);
        }
    },

    VIRTIO("virtio-net", 12) {
        @Override
        DriverRing driver(MemorySegment block, int count, Direction direction) {
            return new SplitDriver(SplitQueue.in(block, count), RingFeatures.NONE, IndirectTables.NONE, direction, Doorbell.NONE);
        }

        @Override
        Ring device(MemorySegment block, int count, Direction direction, GuestMemory memory, Doorbell guest) {
            return new SplitRing(SplitQueue.in(block, count), RingFeatures.NONE, memory, 0, guest);
        }
    };

    final String type;
    final int headBytes;

    Abi(String type, int headBytes) {
        this.type = type;
        this.headBytes = headBytes;
    }

    abstract DriverRing driver(MemorySegment block, int count, Direction direction);

    abstract Ring device(MemorySegment block, int count, Direction direction, GuestMemory memory, Doorbell guest);
}
