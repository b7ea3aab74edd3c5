// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;

/// Both sides of one empty ring.
record Pair(DriverRing driver, Ring device) {

    enum Kind { IOQ, SPLIT }

    /// A kind of ring and the direction of its buffers.
    record Shape(Kind kind, Direction direction) {

        static Stream<Shape> all() {
            return Stream.of(Kind.values()).flatMap(k -> Stream.of(Direction.values()).map(d -> new Shape(k, d)));
        }

        boolean transmits() {
            return direction == Direction.TO_DEVICE;
        }

        /// `toDevice` is rung by the driver, `toDriver` by the device.
        Pair make(Arena arena, int size, GuestMemory memory, Doorbell toDevice, Doorbell toDriver) {
            if (kind == Kind.SPLIT) {
                SplitQueue queue = SplitQueue.in(arena.allocate(SplitQueue.byteSize(size), 16), size);
                return new Pair(new SplitDriver(queue, direction, toDevice), new SplitRing(queue, memory, 0, toDriver));
            }
            MemorySegment ring = arena.allocate(Ioq.byteSize(size), 8);
            Ioq.format(ring, size);
            Signal north = new Signal(Ioq.signal(ring), Side.NORTH, toDevice);
            return new Pair(new IoqDriver(ring, direction, north), new IoqRing(ring, direction, memory, toDriver));
        }
    }
}
