// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import vbus.api.driver.Block;
import vbus.shm.DriverRing;
import vbus.venet.api.FrameHandler;

/// The receive ring with its buffers, all lent to the device except while a handler looks at one.
///
/// Threads: one lock for each burst, as the guest's thread looks at the ring when a signal comes, whoever receives. A handler
/// runs under it.
final class ReceiveQueue {

    private static final int BURST = 64;

    private final DriverRing ring;
    private final Block buffers;
    private final int bufferBytes;
    private final long[] cookies = new long[BURST];
    private final int[] lengths = new int[BURST];
    private int next;
    private int reaped;
    private boolean broken; // then nothing ever comes
    private long taken;
    private long received;
    private long receivedBytes;

    /// @param buffers one of `bufferBytes` for each descriptor of the ring
    ReceiveQueue(DriverRing ring, Block buffers, int bufferBytes) {
        this.ring = ring;
        this.buffers = buffers;
        this.bufferBytes = bufferBytes;
    }

    /// Lends all buffers, once, before the link goes up: else the first frames find none.
    synchronized void fill() {
        for (int buffer = 0; buffer < ring.size(); buffer++) {
            lend(buffer);
        }
        ring.publish();
        ring.watch();
    }

    private void lend(long buffer) {
        ring.offer(buffers.address() + buffer * bufferBytes, bufferBytes, buffer);
    }

    /// Hands up to `max` frames to the handler; their number. Buffers that came back empty, as after a flush, are lent again and
    /// do not count. When the handler fails its frame is lost, but not the buffer.
    synchronized int receive(FrameHandler handler, int max) {
        int frames = 0;
        try {
            while (frames < max && waiting()) {
                final long buffer = cookies[next];
                final int length = lengths[next++];
                taken++;
                try {
                    if (length > 0 && length <= bufferBytes) { // a device that says more than it was lent is not believed
                        frames++;
                        received++;
                        receivedBytes += length;
                        handler.frame(buffers.memory(), buffer * bufferBytes, length);
                    }
                } finally {
                    lend(buffer);
                }
            }
        } finally {
            ring.publish();
        }
        return frames;
    }

    /// True when a buffer came back that no handler has seen: it is reaped already.
    synchronized boolean waiting() {
        if (next == reaped) {
            next = reaped = 0;
            final int n = broken ? 0 : ring.reap(cookies, lengths);
            broken |= n < 0;
            reaped = Math.max(0, n);
        }
        return next < reaped;
    }

    /// Asks to be signalled again; true when frames may wait already.
    synchronized boolean watch() {
        return !broken && ring.watch() || next < reaped;
    }

    synchronized void unwatch() {
        ring.unwatch();
    }

    /// Buffers that came back and were looked at.
    synchronized long taken() {
        return taken;
    }

    long received() {
        return received;
    }

    long receivedBytes() {
        return receivedBytes;
    }
}
