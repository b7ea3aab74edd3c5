// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.MemorySegment;

/// The kinds of rings that are fuzzed; another is another line. Their order is part of the kept inputs: new ones come last.
enum FuzzedRing {

    IOQ_TO(Ioq.byteSize(FuzzedRing.SIZE), m -> Ioq.format(m, FuzzedRing.SIZE), (m, g, _) ->
        new IoqRing(m, Direction.TO_DEVICE, g, Doorbell.NONE)),
    IOQ_FROM(Ioq.byteSize(FuzzedRing.SIZE), m -> Ioq.format(m, FuzzedRing.SIZE), (m, g, _) ->
        new IoqRing(m, Direction.FROM_DEVICE, g, Doorbell.NONE)),
    SPLIT(SplitQueue.byteSize(FuzzedRing.SIZE), _ -> { }, (m, g, at) ->
        new SplitRing(SplitQueue.in(m, FuzzedRing.SIZE), RingFeatures.NONE, g, at, Doorbell.NONE));

    static final int SIZE = 4;

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
}
