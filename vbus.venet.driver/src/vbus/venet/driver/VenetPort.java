// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import static vbus.venet.protocol.VirtualEthernet.LINKDOWN;
import static vbus.venet.protocol.VirtualEthernet.LINKUP;
import static vbus.venet.protocol.VirtualEthernet.MACQUERY;
import static vbus.venet.protocol.VirtualEthernet.MAC_BYTES;
import static vbus.venet.protocol.VirtualEthernet.MAX_FRAME_BYTES;
import static vbus.venet.protocol.VirtualEthernet.MIN_FRAME_BYTES;
import static vbus.venet.protocol.VirtualEthernet.RX;
import static vbus.venet.protocol.VirtualEthernet.TX;
import static vbus.venet.protocol.VirtualEthernet.VERSION;

import java.lang.foreign.MemorySegment;
import vbus.api.VbusException;
import vbus.api.driver.Block;
import vbus.api.driver.DeviceProxy;
import vbus.shm.Direction;
import vbus.shm.DriverRing;
import vbus.venet.api.FrameHandler;
import vbus.venet.api.NetworkPort;

/// A virtual ethernet at work.
///
/// ```
///   open ─▶ rings, buffers ─▶ MACQUERY ─▶ all receive buffers lent ─▶ LINKUP ─▶ frames ─▶ close: LINKDOWN
/// ```
/// Its memory is the proxy's, which frees it after `close`.
/// Threads: see [NetworkPort]; `open`, `close` and signals come on the guest's thread.
public final class VenetPort implements NetworkPort {

    /// Descriptors of each ring. @spec AlacrityVM vbus-enet: rx_ringlen, tx_ringlen
    private static final int RING = 256;

    /// Bytes of a buffer: a frame, rounded up to a power of two.
    private static final int BUFFER_BYTES = 2048;

    /// Priority of both signals: the middle of 0..7.
    private static final int PRIORITY = 4;

    private static final Runnable NOTHING = () -> { };

    private final DeviceProxy device;
    private final TransmitQueue transmit;
    private final ReceiveQueue receive;
    private final byte[] mac = new byte[MAC_BYTES];
    private volatile Runnable listener;
    private volatile boolean up;

    private VenetPort(DeviceProxy device) {
        this.device = device;
        DriverRing rx = device.ring(RX, RING, Direction.FROM_DEVICE, PRIORITY, this::signalled);
        DriverRing tx = device.ring(TX, RING, Direction.TO_DEVICE, PRIORITY, NOTHING);
        Block buffers = device.allocate(2L * RING * BUFFER_BYTES);
        receive = new ReceiveQueue(rx, buffers.slice(0, (long) RING * BUFFER_BYTES), BUFFER_BYTES);
        transmit = new TransmitQueue(tx, buffers.slice((long) RING * BUFFER_BYTES, (long) RING * BUFFER_BYTES), BUFFER_BYTES);
    }

    /// Opens the device and raises its link. Errors: VbusException; whoever called closes the device then.
    public static VenetPort open(DeviceProxy device) {
        device.open(VERSION);
        VenetPort port = new VenetPort(device);
        device.call(MACQUERY, MemorySegment.ofArray(port.mac));
        port.receive.fill();
        device.call(LINKUP, MemorySegment.NULL);
        port.up = true;
        return port;
    }

    /// Stops using the device.
    public void close() {
        up = false;
        listener = null;
        try {
            device.call(LINKDOWN, MemorySegment.NULL);
        } catch (VbusException e) {
            // the device left or its session is broken: then its link is down
        }
    }

    /// Frames wait. Signals stay masked while the listener takes them; that more wait is known only after they are let through
    /// again, hence the loop. A listener that takes none is not asked again before the next signal.
    private void signalled() {
        do {
            receive.unwatch();
            if (receive.waiting() && !listenerTakes()) {
                receive.watch();
                return;
            }
        } while (receive.watch());
    }

    private boolean listenerTakes() {
        long before = receive.taken();
        Runnable listens = listener;
        if (listens != null) {
            listens.run();
        }
        return receive.taken() != before;
    }

    @Override
    public String name() {
        return device.guest() + "/" + device.device();
    }

    @Override
    public byte[] mac() {
        return mac.clone();
    }

    @Override
    public int maxFrameBytes() {
        return MAX_FRAME_BYTES;
    }

    @Override
    public boolean linkUp() {
        return up;
    }

    @Override
    public boolean send(MemorySegment frame, long offset, int lengthBytes) {
        if (lengthBytes < MIN_FRAME_BYTES || lengthBytes > MAX_FRAME_BYTES) {
            throw new IllegalArgumentException("a frame of %d bytes: want %d..%d"
                .formatted(lengthBytes, MIN_FRAME_BYTES, MAX_FRAME_BYTES));
        }
        if (!up) {
            transmit.drop();
            return false;
        }
        return transmit.send(frame, offset, lengthBytes);
    }

    @Override
    public void flush() {
        if (up) {
            transmit.flush();
        }
    }

    @Override
    public int receive(FrameHandler handler, int max) {
        return up ? receive.receive(handler, max) : 0;
    }

    @Override
    public void onReceive(Runnable runnable) {
        listener = runnable;
    }

    @Override
    public Statistics statistics() {
        return new Statistics(transmit.sent(), transmit.sentBytes(), transmit.dropped(),
            receive.received(), receive.receivedBytes());
    }
}
