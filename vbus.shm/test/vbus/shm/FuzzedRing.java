// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.MemorySegment;

/// The kinds of rings that are fuzzed; another is another line. Their order is part of the kept inputs: new ones come last.
enum FuzzedRing {

    IOQ_TO(Ioq.byteSize(FuzzedRing.SIZE), m -> Ioq.format(m, FuzzedRing.SIZE), (m, g, _) ->
        new IoqRing(m, Direction.TO_DEVICE, g, Doorbell.NONE)),
    IOQ_FROM(Ioq.byteSize(FuzzedRing.SIZE), m -> Ioq.format(m, FuzzedRing.SIZE), (m, g, _) ->
        new IoqRing(m, Direction.FROM_DEVICE, g, Doorbell.NONE)),
    SPLIT(FuzzedRing.SPLIT_BYTES, _ -> { }, (m, g, at) -> split(m, RingFeatures.NONE, g, at)),
    SPLIT_INDIRECT(FuzzedRing.SPLIT_BYTES, _ -> { }, (m, g, at) -> split(m, new RingFeatures(true, true, false), g, at)),
    SPLIT_IN_ORDER(FuzzedRing.SPLIT_BYTES, _ -> { }, (m, g, at) -> split(m, new RingFeatures(true, true, true), g, at)),
    PACKED(FuzzedRing.PACKED_BYTES, _ -> { }, (m, g, at) -> packed(m, RingFeatures.NONE, g, at)),
    PACKED_INDIRECT(FuzzedRing.PACKED_BYTES, _ -> { }, (m, g, at) -> packed(m, new RingFeatures(true, true, false), g, at)),
    PACKED_IN_ORDER(FuzzedRing.PACKED_BYTES, _ -> { }, (m, g, at) -> packed(m, new RingFeatures(true, true, true), g, at));

    static final int SIZE = 4;
    private static final int SPLIT_BYTES = 118;
    private static final int PACKED_BYTES = 72;

    /// Attaches the device to what the guest wrote.
    @FunctionalInterface
    interface Device {

        /// Errors: IllegalArgumentException, and no other.
        Ring attach(MemorySegment ring, GuestMemory memory, int position);
    }

    /// What an honest driver does to begin.
    @FunctionalInterface
    interface Format {
        void write(MemorySegment ring);
    }

    final long bytes;
    final Format format;
    final Device device;

    FuzzedRing(long bytes, Format format, Device device) {
        this.bytes = bytes;
        this.format = format;
        this.device = device;
    }

    /// Its areas without gaps, so that no byte of an input is wasted.
    private static Ring split(MemorySegment m, RingFeatures features, GuestMemory memory, int position) {
        final SplitQueue queue = new SplitQueue(SIZE, m.asSlice(0, 64), m.asSlice(64, 14), m.asSlice(80, 38));
        return new SplitRing(queue, features, memory, position, Doorbell.NONE);
    }

    /// Position 0 is a fresh ring's; the low byte changes where it takes, the high byte where it completes.
    private static Ring packed(MemorySegment m, RingFeatures features, GuestMemory memory, int position) {
        final PackedQueue queue = new PackedQueue(SIZE, m.asSlice(0, 64), m.asSlice(64, 4), m.asSlice(68, 4));
        final int from = PackedRing.START ^ (position & 0xff | (position & 0xff00) << 8);
        return new PackedRing(queue, features, memory, from, Doorbell.NONE);
    }
}
