// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static vbus.venet.protocol.VirtualEthernet.LINKDOWN;
import static vbus.venet.protocol.VirtualEthernet.LINKUP;
import static vbus.venet.protocol.VirtualEthernet.MACQUERY;
import static vbus.venet.protocol.VirtualEthernet.MAC_BYTES;
import static vbus.venet.protocol.VirtualEthernet.MAX_FRAME_BYTES;
import static vbus.venet.protocol.VirtualEthernet.VERSION;

import java.lang.foreign.MemorySegment;
import java.util.List;
import vbus.api.VbusException;
import vbus.api.driver.DeviceProxy;
import vbus.venet.api.FrameHandler;
import vbus.venet.api.NetworkPort;
import vbus.venet.api.NetworkQueue;

/// A virtual ethernet at work.
///
/// ```
///   open ─▶ negotiate ─▶ rings, buffers ─▶ MACQUERY ─▶ all receive buffers lent ─▶ LINKUP ─▶ frames ─▶ close: LINKDOWN
/// ```
/// Its memory is the proxy's, which frees it after `close`.
/// Threads: see [NetworkPort]; `open`, `close` and signals come on the guest's thread.
public final class VenetPort implements NetworkPort {

    private static final int TAG_AT = 12;
    private static final int FIRST_HIGH_CLASS = 4;

    private final DeviceProxy device;
    private final VenetQueue[] queues;
    private final int highQueues;
    private final EventRing events; // null when the device tells nothing: then the link is up while this is open
    private final byte[] mac = new byte[MAC_BYTES];
    private volatile Runnable listener;
    private volatile Runnable linkListener;
    private volatile boolean open;
    private volatile boolean up;

    private VenetPort(DeviceProxy device, int wantedPairs) {
        this.device = device;
        final Capabilities granted = Capabilities.of(device, wantedPairs);
        events = granted.linkState() ? new EventRing(device, QueueRings.PRIORITY, this::link) : null;
        highQueues = granted.highPairs();
        final QueueRings rings = new QueueRings(device, granted);
        queues = new VenetQueue[granted.pairs()];
        for (int n = 0; n < queues.length; n++) {
            final VenetQueue queue = new VenetQueue(this, n);
            queues[n] = queue;
            queue.rings(rings.receive(n, queue::signalled), rings.transmit(n));
        }
    }

    /// Opens the device with one pair of queues and raises its link. Errors: VbusException; whoever called closes the device then.
    public static VenetPort open(DeviceProxy device) {
        return open(device, 1);
    }

    /// The same with up to so many pairs, if the device has them.
    public static VenetPort open(DeviceProxy device, int pairs) {
        device.open(VERSION);
        final VenetPort port = new VenetPort(device, pairs);
        device.call(MACQUERY, MemorySegment.ofArray(port.mac));
        port.open = true;
        device.call(LINKUP, MemorySegment.NULL);
        if (port.events == null) {
            port.up = true;
        } else {
            port.events.look(); // what was told before LINKUP returned
        }
        return port;
    }

    /// Stops using the device.
    public void close() {
        open = false;
        up = false;
        listener = null;
        linkListener = null;
        try {
            device.call(LINKDOWN, MemorySegment.NULL);
        } catch (VbusException e) {
            // the device left or its session is broken: then its link is down
        }
    }

    private void link(boolean now) {
        final boolean before = up;
        up = now && open;
        final Runnable listens = linkListener;
        if (before != up && listens != null) {
            listens.run();
        }
    }

    /// False from `close` on: no ring is touched then.
    boolean isOpen() {
        return open;
    }

    /// Whom a queue that has no listener of its own tells.
    Runnable listener() {
        return listener;
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
    public int maxPacketBytes() {
        return SoftwareOffload.MOST_BYTES; // what the device does not cut is cut here
    }

    @Override
    public boolean linkUp() {
        return up;
    }

    @Override
    public void onLink(Runnable runnable) {
        linkListener = runnable;
    }

    @Override
    public List<NetworkQueue> queues() {
        return List.of(queues);
    }

    @Override
    public boolean send(MemorySegment frame, long offset, int lengthBytes) {
        TransmitQueue.checkFrame(lengthBytes);
        return queues[highQueues > 0 && isHigh(frame, offset) ? queues.length - 1 : 0].send(frame, offset, lengthBytes);
    }

    private static boolean isHigh(MemorySegment frame, long offset) {
        return frame.get(JAVA_BYTE, offset + TAG_AT) == (byte) 0x81 && frame.get(JAVA_BYTE, offset + TAG_AT + 1) == 0
            && (frame.get(JAVA_BYTE, offset + TAG_AT + 2) & 0xff) >>> 5 >= FIRST_HIGH_CLASS;
    }

    @Override
    public void flush() {
        for (VenetQueue queue : queues) {
            queue.flush();
        }
    }

    /// High classes first.
    @Override
    public int receive(FrameHandler handler, int max) {
        int frames = 0;
        for (int n = queues.length - 1; n >= 0 && frames < max; n--) {
            frames += queues[n].receive(handler, max - frames);
        }
        return frames;
    }

    @Override
    public void onReceive(Runnable runnable) {
        listener = runnable;
    }

    @Override
    public Statistics statistics() {
        Statistics all = new Statistics(0, 0, 0, 0, 0);
        for (VenetQueue queue : queues) {
            all = all.plus(queue.statistics());
        }
        return all;
    }
}
