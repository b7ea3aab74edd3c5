// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import java.lang.foreign.MemorySegment;
import vbus.api.driver.Block;
import vbus.shm.DriverRing;

/// The transmit ring with its buffers: a frame is copied into a free one, and the buffer is reclaimed when others run low, so
/// that completions need no signal.
///
/// Threads: one at a time.
final class TransmitQueue {

    private static final int RECLAIM_BURST = 64;

    private final DriverRing ring;
    private final Block buffers;
    private final int bufferBytes;
    private final int[] free;
    private final long[] cookies = new long[RECLAIM_BURST];
    private final int[] lengths = new int[RECLAIM_BURST];
    private final int low;
    private int freeCount;
    private long sent;
    private long sentBytes;
    private long dropped;

    /// @param buffers one of `bufferBytes` for each descriptor of the ring
    TransmitQueue(DriverRing ring, Block buffers, int bufferBytes) {
        this.ring = ring;
        this.buffers = buffers;
        this.bufferBytes = bufferBytes;
        free = new int[ring.size()];
        low = ring.size() / 4;
        for (int buffer = ring.size() - 1; buffer >= 0; buffer--) {
            free[freeCount++] = buffer;
        }
        ring.unwatch();
    }

    /// Copies and offers a frame; false when no buffer is free.
    boolean send(MemorySegment frame, long offset, int length) {
        if (freeCount <= low) {
            reclaim();
        }
        if (freeCount == 0) {
            ring.publish(); // what waits for `flush` may be all that there is
            dropped++;
            return false;
        }
        final int buffer = free[--freeCount];
        final long at = (long) buffer * bufferBytes;
        MemorySegment.copy(frame, offset, buffers.memory(), at, length);
        if (!ring.offer(buffers.address() + at, length, buffer)) {
            free[freeCount++] = buffer;
            dropped++;
            return false;
        }
        sent++;
        sentBytes += length;
        return true;
    }

    private void reclaim() {
        for (int n = ring.reap(cookies, lengths); n > 0; n = ring.reap(cookies, lengths)) {
            for (int i = 0; i < n; i++) {
                free[freeCount++] = (int) cookies[i];
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
