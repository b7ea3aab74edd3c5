// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;

/// Both sides of one empty ring.
record Pair(DriverRing driver, Ring device) {

    enum Kind { IOQ, SPLIT, PACKED }

    private static final RingFeatures[] FEATURES = {
        RingFeatures.NONE,
        new RingFeatures(true, true, false),
        new RingFeatures(false, false, true),
        new RingFeatures(true, true, true),
    };

    /// A kind of ring, the direction of its buffers, and what its sides agreed on.
    record Shape(Kind kind, Direction direction, RingFeatures features) {

        static Stream<Shape> all() {
            return Stream.of(Kind.values()).flatMap(k -> Stream.of(k == Kind.IOQ ? new RingFeatures[] {RingFeatures.NONE} : FEATURES)
                .flatMap(f -> Stream.of(Direction.values()).map(d -> new Shape(k, d, f))));
        }

        /// One of each way in which the sides tell each other to look.
        static Stream<Shape> telling() {
            return all().filter(s -> !s.features.inOrder());
        }

        boolean transmits() {
            return direction == Direction.TO_DEVICE;
        }

        /// True when a side that wants to be told is told once, and has to say so again.
        boolean tellsOnce() {
            return kind == Kind.IOQ || features.eventIndex();
        }

        /// `toDevice` is rung by the driver, `toDriver` by the device.
        Pair make(Arena arena, int size, GuestMemory memory, Doorbell toDevice, Doorbell toDriver) {
            return make(arena, size, memory, IndirectTables.NONE, toDevice, toDriver);
        }

        Pair make(Arena arena, int size, GuestMemory memory, IndirectTables tables, Doorbell toDevice, Doorbell toDriver) {
            return switch (kind) {
                case IOQ -> {
                    MemorySegment ring = arena.allocate(Ioq.byteSize(size), 8);
                    Ioq.format(ring, size);
                    Signal north = new Signal(Ioq.signal(ring), Side.NORTH, toDevice);
                    yield new Pair(new IoqDriver(ring, direction, north), new IoqRing(ring, direction, memory, toDriver));
                }
                case SPLIT -> {
                    SplitQueue queue = SplitQueue.in(arena.allocate(SplitQueue.byteSize(size), 16), size);
                    yield new Pair(new SplitDriver(queue, features, tables, direction, toDevice),
                        new SplitRing(queue, features, memory, 0, toDriver));
                }
                case PACKED -> {
                    PackedQueue queue = PackedQueue.in(arena.allocate(PackedQueue.byteSize(size), 16), size);
                    yield new Pair(new PackedDriver(queue, features, tables, direction, toDevice),
                        new PackedRing(queue, features, memory, PackedRing.START, toDriver));
                }
            };
        }

        /// Where a ring of `size` is after so many chains of one descriptor were taken, and all those are completed that were released.
        int position(int size, long taken, long released) {
            return switch (kind) {
                case IOQ -> (int) (taken % size);
                case SPLIT -> (int) taken & 0xffff;
                case PACKED -> packed(size, released) << 16 | packed(size, taken);
            };
        }

        private static int packed(int size, long descriptors) {
            return (int) (descriptors % size) | (descriptors / size % 2 == 0 ? 0x8000 : 0);
        }

        @Override
        public String toString() {
            return kind + " " + direction + (features.indirect() ? " indirect" : "") + (features.eventIndex() ? " event index" : "")
                + (features.inOrder() ? " in order" : "");
        }
    }
}
