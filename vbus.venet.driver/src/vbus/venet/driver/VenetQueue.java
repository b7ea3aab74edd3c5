// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import java.lang.foreign.MemorySegment;
import vbus.venet.api.FrameHandler;
import vbus.venet.api.FrameOffload;
import vbus.venet.api.NetworkPort;
import vbus.venet.api.NetworkQueue;
import vbus.venet.api.PacketHandler;

/// One pair of queues at work.
///
/// Threads: see [NetworkQueue]; signals come on the guest's thread.
final class VenetQueue implements NetworkQueue {

    private final VenetPort port;
    private final int number;
    private TransmitQueue transmit;
    private ReceiveQueue receive;
    private volatile Runnable listener;

    VenetQueue(VenetPort port, int number) {
        this.port = port;
        this.number = number;
    }

    /// Its rings, before the link goes up; the device may signal already.
    void rings(ReceiveQueue from, TransmitQueue to) {
        receive = from;
        transmit = to;
        from.fill();
    }

    /// Frames wait. Signals stay masked while the listener takes them; that more wait is known only after they are let through
    /// again, hence the loop. A listener that takes none is not asked again before the next signal.
    void signalled() {
        if (receive == null) {
            return;
        }
        do {
            receive.unwatch();
            if (receive.waiting() && !listenerTakes()) {
                receive.watch();
                return;
            }
        } while (receive.watch());
    }

    private boolean listenerTakes() {
        final long before = receive.taken();
        final Runnable own = listener;
        final Runnable listens = own == null ? port.listener() : own;
        if (listens != null) {
            listens.run();
        }
        return receive.taken() != before;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public boolean send(MemorySegment frame, long offset, int lengthBytes) {
        if (!port.linkUp()) {
            TransmitQueue.checkFrame(lengthBytes);
            transmit.drop();
            return false;
        }
        return transmit.send(frame, offset, lengthBytes);
    }

    @Override
    public boolean send(MemorySegment packet, long offset, int lengthBytes, FrameOffload offload) {
        if (!port.linkUp()) {
            transmit.drop();
            return false;
        }
        return transmit.send(packet, offset, lengthBytes, offload);
    }

    @Override
    public int send(MemorySegment frames, long[] offsets, int[] lengths, int from, int count) {
        int n = 0;
        while (n < count && send(frames, offsets[from + n], lengths[from + n])) {
            n++;
        }
        flush();
        return n;
    }

    @Override
    public void flush() {
        if (port.isOpen()) {
            transmit.flush();
        }
    }

    @Override
    public int receive(FrameHandler handler, int max) {
        return port.isOpen() ? receive.receive(handler, null, max) : 0;
    }

    @Override
    public int receivePackets(PacketHandler handler, int max) {
        return port.isOpen() ? receive.receive(null, handler, max) : 0;
    }

    @Override
    public void onReceive(Runnable runnable) {
        listener = runnable;
    }

    @Override
    public NetworkPort.Statistics statistics() {
        return new NetworkPort.Statistics(transmit.sent(), transmit.sentBytes(), transmit.dropped(), receive.received(),
            receive.receivedBytes());
    }
}
