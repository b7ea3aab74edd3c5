// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import vbus.api.Connection;
import vbus.api.Session;
import vbus.api.Shm;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.shm.Direction;
import vbus.shm.Ring;
import vbus.venet.protocol.VirtualEthernet;

/// A guest's place on the switch, whatever its ABI: two rings, an address, and a link that is up or down.
///
/// ```
///             both rings, and wanted                      ring taken back, or not wanted, or the ring is broken
///   down ──────────────────────────────▶ up ──────────────────────────────────────────────────▶ down
///          publish a receiver                  withdraw it, and wait for a burst boundary
/// ```
/// Going up needs no help of the lane, which either sees the new receiver or not yet; going down waits until the lane has let go.
///
/// Threads: control calls one at a time; the lane reads [#receiver], and calls [#broken] and [#takeRestored].
abstract class Port implements Connection {

    private static final long[] NONE = {};

    final Session session;
    final FrameCodec codec;
    final long mac;
    final Counters counters = new Counters();
    private final LearningSwitch lan;
    private long[] restored = NONE;
    private Ring receive;
    private Ring transmit;
    private Ring served;
    private volatile Receiver receiver;

    Port(LearningSwitch lan, Session session, FrameCodec codec, long mac) {
        this.lan = lan;
        this.session = session;
        this.codec = codec;
        this.mac = mac;
    }

    /// True when the link shall be up as soon as it can.
    abstract boolean wanted();

    /// Something of the snapshot that is the ABI's own.
    abstract long features();

    /// Goes on from what an older version left; before the lane knows the port.
    void restore(PortSnapshot snapshot) {
        counters.restore(snapshot.counters());
        restored = snapshot.addresses();
    }

    // ---- control plane

    /// The rings have the same ids in both ABIs.
    @Override
    public final void shm(Shm shm) {
        switch (shm.id()) {
            case VirtualEthernet.RX -> receive = shm.ring(Direction.FROM_DEVICE);
            case VirtualEthernet.TX -> transmit = shm.ring(Direction.TO_DEVICE);
            default -> throw new VbusException(Status.INVALID, "shm id %d: want %d (receive ring) or %d (transmit ring)"
                .formatted(shm.id(), VirtualEthernet.RX, VirtualEthernet.TX));
        }
        if (wanted()) {
            raise();
        }
    }

    @Override
    public void unshm(Shm shm) {
        lower();
        if (shm.id() == VirtualEthernet.RX) {
            receive = null;
        } else {
            transmit = null;
            served = null;
        }
    }

    /// Raises the link; false when a ring is missing.
    final boolean raise() {
        if (receive == null || transmit == null) {
            return false;
        }
        receiver = new Receiver(receive, this);
        if (served != transmit) { // once for each ring: while the link is down its frames are dropped and counted
            final Ring ring = transmit;
            served = ring;
            session.serve(ring, budget -> lan.forwarding().run(this, ring, budget));
        }
        return true;
    }

    /// Lowers the link. When this returns, no burst uses the rings to send to this guest.
    final void lower() {
        if (receiver != null) {
            receiver = null;
            session.onLane(() -> { });
        }
    }

    final boolean up() {
        return receiver != null;
    }

    @Override
    public final byte[] park() {
        final long[] stations = restored.length > 0 ? restored : lan.forwarding().stations(this);
        return new PortSnapshot(wanted(), mac, features(), counters.values(), stations).bytes();
    }

    /// The lane forgets its stations at the next burst; the bus waits for the burst of this moment.
    @Override
    public final void close() {
        receiver = null;
        lan.remove(this);
    }

    // ---- lane

    /// Where frames for the guest go; null while the link is down.
    final Receiver receiver() {
        return receiver;
    }

    /// The guest broke a rule of its receive ring: it alone is out.
    final void broken(String fault) {
        receiver = null;
        session.fail(fault);
    }

    /// Stations that an older version heard at this port; once.
    final long[] takeRestored() {
        final long[] macs = restored;
        restored = NONE;
        return macs;
    }

    /// What people see.
    final PortView view() {
        return new PortView(session.guest(), session.bus(), Mac.text(mac), up(), counters.byName());
    }
}
