// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import static vbus.venet.protocol.VirtualEthernet.MAX_FRAME_BYTES;
import static vbus.venet.protocol.VirtualEthernet.MIN_FRAME_BYTES;

import java.lang.foreign.MemorySegment;
import vbus.api.driver.Block;
import vbus.shm.DriverRing;
import vbus.venet.api.FrameOffload;

/// The transmit ring with its buffers: a frame is copied into a free one, and the buffer is reclaimed when others run low, so
/// that completions need no signal. With descriptors there are some large buffers, too.
///
/// ```
///   buffers   0 .. ring - 1: of 2 KiB      ring .. ring + large - 1: of 64 KiB, with descriptors only     cookie = number
/// ```
/// Threads: one at a time.
final class TransmitQueue {

    /// Large packets on their way at a time.
    static final int LARGE = 16;
    /// Bytes of a large buffer.
    static final int LARGE_BYTES = SoftwareOffload.MOST_BYTES + 63 & -64;

    private static final int RECLAIM_BURST = 64;

    private final DriverRing ring;
    private final Capabilities granted;
    private final TransmitDescriptors descriptors;
    private final Block small;
    private final Block large;
    private final int smallBytes;
    private final SoftwareOffload software = new SoftwareOffload();
    private final FrameOffload plain = new FrameOffload();
    private final int[] free;
    private final int[] freeLarge = new int[LARGE];
    private final long[] cookies = new long[RECLAIM_BURST];
    private final int[] lengths = new int[RECLAIM_BURST];
    private final int low;
    private int freeCount;
    private int freeLargeCount;
    private long sent;
    private long sentBytes;
    private long dropped;

    /// @param descriptors null for flat frames
    /// @param small one buffer of `smallBytes` for each descriptor of the ring
    /// @param large [#LARGE] buffers; null without descriptors
    TransmitQueue(DriverRing ring, Capabilities granted, TransmitDescriptors descriptors, Block small, int smallBytes, Block large) {
        this.ring = ring;
        this.granted = granted;
        this.descriptors = descriptors;
        this.small = small;
        this.smallBytes = smallBytes;
        this.large = large;
        free = new int[ring.size()];
        low = ring.size() / 4;
        for (int buffer = ring.size() - 1; buffer >= 0; buffer--) {
            free[freeCount++] = buffer;
        }
        for (int buffer = LARGE - 1; buffer >= 0 && large != null; buffer--) {
            freeLarge[freeLargeCount++] = ring.size() + buffer;
        }
        ring.unwatch();
    }

    /// Copies and offers a plain frame; false when no buffer is free.
    boolean send(MemorySegment frame, long offset, int length) {
        checkFrame(length);
        return offer(frame, offset, length, plain);
    }

    /// Copies and offers a packet, or the frames that it becomes.
    boolean send(MemorySegment packet, long offset, int length, FrameOffload offload) {
        checkLength(length, offload.gso == FrameOffload.NONE ? MAX_FRAME_BYTES : SoftwareOffload.MOST_BYTES);
        if (granted.sends(offload)) {
            return offer(packet, offset, length, offload);
        }
        final int frames = software.begin(packet, offset, length, offload);
        boolean all = frames > 0;
        dropped += all ? 0 : 1;
        for (int i = 0; i < frames; i++) {
            final int bytes = software.next();
            if (bytes > MAX_FRAME_BYTES) {
                dropped++; // its segments are longer than a frame may be
                all = false;
            } else {
                all &= offer(software.frame(), 0, bytes, plain);
            }
        }
        return all;
    }

    /// Errors: IllegalArgumentException for what is no plain frame.
    static void checkFrame(int length) {
        checkLength(length, MAX_FRAME_BYTES);
    }

    private static void checkLength(int length, int most) {
        if (length < MIN_FRAME_BYTES || length > most) {
            throw new IllegalArgumentException("a frame of %d bytes: want %d..%d".formatted(length, MIN_FRAME_BYTES, most));
        }
    }

    private boolean offer(MemorySegment frame, long offset, int length, FrameOffload offload) {
        final boolean isLarge = length > smallBytes;
        if (isLarge ? freeLargeCount == 0 : freeCount <= low) {
            reclaim();
        }
        if ((isLarge ? freeLargeCount : freeCount) == 0) {
            ring.publish(); // what waits for `flush` may be all that there is
            dropped++;
            return false;
        }
        final int buffer = isLarge ? freeLarge[--freeLargeCount] : free[--freeCount];
        final Block block = isLarge ? large : small;
        final long at = isLarge ? (long) (buffer - ring.size()) * LARGE_BYTES : (long) buffer * smallBytes;
        MemorySegment.copy(frame, offset, block.memory(), at, length);
        final boolean offered = descriptors == null ? ring.offer(block.address() + at, length, buffer)
            : descriptors.offer(ring, buffer, block.address() + at, length, offload);
        if (!offered) {
            give(buffer);
            ring.publish();
            dropped++;
            return false;
        }
        sent++;
        sentBytes += length;
        return true;
    }

    private void give(int buffer) {
        if (buffer < free.length) {
            free[freeCount++] = buffer;
        } else {
            freeLarge[freeLargeCount++] = buffer;
        }
    }

    private void reclaim() {
        for (int n = ring.reap(cookies, lengths); n > 0; n = ring.reap(cookies, lengths)) {
            for (int i = 0; i < n; i++) {
                give((int) cookies[i]);
            }
        }
    }

    void flush() {
        ring.publish();
    }

    /// Counts a frame that never got here.
    void drop() {
        dropped++;
    }

    long sent() {
        return sent;
    }

    long sentBytes() {
        return sentBytes;
    }

    long dropped() {
        return dropped;
    }
}
