// SPDX-License-Identifier: Apache-2.0
package vbus.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import vbus.shm.Direction;
import vbus.testkit.sys.Eventfd;

/// A vhost-user front-end with a guest's network card: one pair of queues, frames in and out. Does what QEMU 7.2 does.
///
/// ```java
/// try (var card = VhostFrontend.running(path, Duration.ofSeconds(10))) {
///     card.send(frame);
///     byte[] answer = card.receive(Duration.ofSeconds(10));
/// }
/// ```
/// For a hostile guest: `wire()` sends any bytes, `rx()` and `tx()` hold any descriptors.
/// Errors: AssertionError when the back-end does what it must not, or does not answer in time.
/// Threads: one.
public final class VhostFrontend implements AutoCloseable {

    private static final int QUEUE_SIZE = 256;
    private static final long RAM_BYTES = 2 << 20;
    /// Feature bits of virtio that the card knows: virtio 1.0; its header has 12 bytes. @spec virtio 1.2, 6
    private static final long FEATURES = 1L << 32;
    private static final long FEATURES_OK = 0x8;
    private static final long DRIVER_OK = 0xf;

    private final GuestRam ram = new GuestRam(RAM_BYTES);
    private final VhostQueue rx = new VhostQueue(0, QUEUE_SIZE, Direction.FROM_DEVICE, ram);
    private final VhostQueue tx = new VhostQueue(1, QUEUE_SIZE, Direction.TO_DEVICE, ram);
    private final List<VhostQueue> queues = List.of(rx, tx);
    private VhostWire wire;
    private long offered;
    private long protocolFeatures;

    /// A card whose rings run.
    public static VhostFrontend running(Path path, Duration deadline) {
        VhostFrontend card = new VhostFrontend();
        try {
            card.connect(path, deadline);
            card.negotiate();
            card.start();
            return card;
        } catch (RuntimeException | Error e) {
            card.close();
            throw e;
        }
    }

    /// Connects as soon as somebody listens; a former connection ends.
    public void connect(Path path, Duration deadline) {
        disconnect();
        wire = VhostWire.connect(path, deadline);
    }

    /// What QEMU does before its guest runs.
    public void negotiate() {
        wire.ask(VhostRequest.GET_FEATURES);
        protocolFeatures = wire.ask(VhostRequest.GET_PROTOCOL_FEATURES)
            & (VhostRequest.MQ | VhostRequest.REPLY_ACK | VhostRequest.STATUS);
        wire.number(VhostRequest.SET_PROTOCOL_FEATURES, protocolFeatures);
        wire.ask(VhostRequest.GET_QUEUE_NUM);
        wire.send(VhostRequest.SET_OWNER, new byte[0]);
        offered = wire.ask(VhostRequest.GET_FEATURES);
        for (VhostQueue q : queues) {
            try (Eventfd masked = new Eventfd()) { // nobody listens to it, and it is replaced later
                wire.number(VhostRequest.SET_VRING_CALL, q.index(), masked.fd());
            }
            wire.number(VhostRequest.SET_VRING_ERR, q.index(), q.err().fd());
        }
        enable(true);
    }

    /// What QEMU does when the guest's driver is ready: the rings run, from where `bases` says.
    /// The order is QEMU's: first a ring is complete, then its call eventfd is replaced.
    private void start(int... bases) {
        wire.number(VhostRequest.SET_FEATURES, offered & (FEATURES | VhostRequest.F_PROTOCOL_FEATURES));
        addStatus(FEATURES_OK);
        table(ram.table(), ram.file().fd());
        for (VhostQueue q : queues) {
            wire.state(VhostRequest.SET_VRING_NUM, q.index(), q.size());
            wire.state(VhostRequest.SET_VRING_BASE, q.index(), bases[q.index()]);
            wire.send(VhostRequest.SET_VRING_ADDR, q.addresses());
            wire.number(VhostRequest.SET_VRING_KICK, q.index(), q.kick().fd());
            wire.number(VhostRequest.SET_VRING_CALL, q.index(), q.call().fd());
        }
        addStatus(DRIVER_OK);
    }

    /// Starts the rings of a driver that was just loaded.
    public void start() {
        queues.forEach(VhostQueue::clear);
        start(0, 0);
    }

    /// Starts the rings where they were left: what QEMU does when its back-end died and came back.
    public void restart() {
        start(rx.usedIndex(), tx.usedIndex());
    }

    /// Stops the rings as QEMU does when the guest resets its device; their positions.
    /// QEMU enables them once more after that, which must not start them.
    public int[] reset() {
        status(0);
        int[] positions = queues.stream().mapToInt(q -> position(q.index())).toArray();
        enable(true);
        return positions;
    }

    /// Stops one ring; its position.
    public int position(int queue) {
        byte[] state = VhostWire.buffer(8).putInt(queue).putInt(0).array();
        long answer = wire.ask(VhostRequest.GET_VRING_BASE, state);
        if ((int) answer != queue) {
            throw new AssertionError("GET_VRING_BASE of %d is answered for %d".formatted(queue, (int) answer));
        }
        return (int) (answer >>> 32);
    }

    /// Enables or disables both rings.
    public void enable(boolean on) {
        queues.forEach(q -> wire.state(VhostRequest.SET_VRING_ENABLE, q.index(), on ? 1 : 0));
    }

    /// Waits until the back-end has done all that it was told: it works in order, and answers this last.
    public void settle() {
        wire.ask(VhostRequest.GET_STATUS);
    }

    /// Tells the back-end of memory, and waits for its consent.
    public void table(byte[] table, int... fds) {
        if ((protocolFeatures & VhostRequest.REPLY_ACK) == 0) {
            wire.send(VhostRequest.SET_MEM_TABLE, table, fds);
        } else if (wire.acknowledged(VhostRequest.SET_MEM_TABLE, table, fds) != 0) {
            throw new AssertionError("the back-end refused the memory");
        }
    }

    private void addStatus(long bits) {
        if ((protocolFeatures & VhostRequest.STATUS) != 0) {
            status(wire.ask(VhostRequest.GET_STATUS) | bits);
        }
    }

    private void status(long status) {
        if ((protocolFeatures & VhostRequest.STATUS) != 0) {
            wire.number(VhostRequest.SET_STATUS, status);
        }
    }

    /// Sends an Ethernet frame; false when every buffer is on its way.
    public boolean send(byte[] frame) {
        return tx.send(frame);
    }

    /// The next frame; null when none comes in time.
    public byte[] receive(Duration deadline) {
        return rx.receive(deadline);
    }

    /// Feature bits that the back-end offered last.
    public long offered() {
        return offered;
    }

    /// The connection.
    public VhostWire wire() {
        return wire;
    }

    /// The guest's memory.
    public GuestRam ram() {
        return ram;
    }

    /// The receive queue, 0.
    public VhostQueue rx() {
        return rx;
    }

    /// The transmit queue, 1.
    public VhostQueue tx() {
        return tx;
    }

    /// Ends the connection as a front-end that dies; the card stays.
    public void disconnect() {
        if (wire != null) {
            wire.close();
            wire = null;
        }
    }

    @Override
    public void close() {
        disconnect();
        queues.forEach(VhostQueue::close);
        ram.close();
    }
}
