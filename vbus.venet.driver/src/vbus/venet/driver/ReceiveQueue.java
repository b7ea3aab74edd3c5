// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import java.lang.foreign.MemorySegment;
import vbus.shm.DriverRing;
import vbus.venet.api.FrameHandler;
import vbus.venet.api.FrameOffload;
import vbus.venet.api.PacketHandler;

/// The receive ring with its buffers, all lent to the device except while a handler looks at one.
///
/// Threads: one lock for each burst, as the guest's thread looks at the ring when a signal comes, whoever receives. A handler
/// runs under it.
abstract class ReceiveQueue {

    static final int BURST = 64;

    final DriverRing ring;
    /// Where `open` found a packet.
    MemorySegment memory;
    long at;
    int size;
    final FrameOffload offload = new FrameOffload();
    private final SoftwareOffload software = new SoftwareOffload();
    private final long[] cookies = new long[BURST];
    private final int[] lengths = new int[BURST];
    private int next;
    private int reaped;
    private boolean broken; // then nothing ever comes
    private long taken;
    private long received;
    private long receivedBytes;

    ReceiveQueue(DriverRing ring) {
        this.ring = ring;
    }

    /// Finds the packet in a buffer that came back with `length` written: sets `memory`, `at`, `size` and `offload`. False when there is
    /// none, or the device says what can not be.
    abstract boolean open(int buffer, int length);

    /// Lends a buffer to the device; it is seen with `publish`.
    abstract void lend(int buffer);

    void publish() {
        ring.publish();
    }

    /// Lends all buffers, once, before the link goes up: else the first frames find none.
    synchronized void fill() {
        for (int buffer = 0; buffer < ring.size(); buffer++) {
            lend(buffer);
        }
        publish();
        ring.watch();
    }

    /// Hands up to `max` packets to one of two handlers; their number. Buffers that came back empty, as after a flush, are lent again
    /// and do not count. When the handler fails its frame is lost, but not the buffer.
    synchronized int receive(FrameHandler frames, PacketHandler packets, int max) {
        int n = 0;
        try {
            while (n < max && waiting()) {
                final int buffer = (int) cookies[next];
                final int length = lengths[next++];
                taken++;
                try {
                    if (open(buffer, length)) {
                        n++;
                        received++;
                        receivedBytes += size;
                        hand(frames, packets);
                    }
                } finally {
                    lend(buffer);
                }
            }
        } finally {
            publish();
        }
        return n;
    }

    private void hand(FrameHandler frames, PacketHandler packets) {
        if (packets != null) {
            packets.packet(memory, at, size, offload);
        } else if (offload.isPlain()) {
            frames.frame(memory, at, size);
        } else {
            for (int left = software.begin(memory, at, size, offload); left > 0; left--) {
                frames.frame(software.frame(), 0, software.next());
            }
        }
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
