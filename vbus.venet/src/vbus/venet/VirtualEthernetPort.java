// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static vbus.venet.protocol.VirtualEthernet.FLUSHRX;
import static vbus.venet.protocol.VirtualEthernet.LINKDOWN;
import static vbus.venet.protocol.VirtualEthernet.LINKUP;
import static vbus.venet.protocol.VirtualEthernet.MACQUERY;
import static vbus.venet.protocol.VirtualEthernet.MAC_BYTES;
import static vbus.venet.protocol.VirtualEthernet.NEGCAP;
import static vbus.venet.protocol.VirtualEthernet.NEGCAP_BITS_AT;
import static vbus.venet.protocol.VirtualEthernet.NEGCAP_BYTES;
import static vbus.venet.protocol.VirtualEthernet.REVISION;
import static vbus.venet.protocol.VirtualEthernet.RX;
import static vbus.venet.protocol.VirtualEthernet.TX;

import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import vbus.api.Session;
import vbus.api.Shm;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.shm.Direction;
import vbus.shm.Ring;

/// A port of a guest that speaks `virtual-ethernet`: flat frames, and a link that the guest raises and lowers.
final class VirtualEthernetPort extends Port {

    private static final int NO_CAPABILITIES = 0; // byte order does not matter for it

    private final int most;
    private boolean wanted;

    VirtualEthernetPort(LearningSwitch lan, Session session, long mac) {
        super(lan, session, mac, 1);
        most = lan.mostBytes();
    }

    @Override
    void restore(PortSnapshot snapshot) {
        super.restore(snapshot);
        wanted = snapshot.up();
    }

    @Override
    public int call(int function, MemorySegment data) {
        switch (function) {
            case LINKUP -> linkUp();
            case LINKDOWN -> linkDown();
            case MACQUERY -> macQuery(data);
            case NEGCAP -> negotiate(data);
            case FLUSHRX -> flushReceive();
            case REVISION -> {
                return LearningSwitch.REVISION;
            }
            default -> throw new VbusException(Status.INVALID, "virtual-ethernet has no function %d".formatted(function));
        }
        return 0;
    }

    private void linkUp() {
        if (up()) {
            throw new VbusException(Status.EXISTS, "LINKUP: the link is up");
        }
        if (!raise()) {
            throw new VbusException(Status.INVALID, "LINKUP: want a receive and a transmit ring registered before");
        }
        wanted = true;
    }

    private void linkDown() {
        if (!up()) {
            throw new VbusException(Status.NOT_FOUND, "LINKDOWN: the link is down");
        }
        wanted = false;
        lower();
    }

    private void macQuery(MemorySegment data) {
        length("MACQUERY", data, MAC_BYTES);
        Mac.write(mac, data);
    }

    /// No group has a capability yet: each asks for a frame codec. The answer is as the original's for a group it does not know.
    private void negotiate(MemorySegment data) {
        length("NEGCAP", data, NEGCAP_BYTES);
        if (up()) {
            throw new VbusException(Status.INVALID, "NEGCAP: want the link down");
        }
        data.set(JAVA_INT_UNALIGNED, NEGCAP_BITS_AT, NO_CAPABILITIES);
    }

    private void flushReceive() {
        if (!up()) {
            throw new VbusException(Status.INVALID, "FLUSHRX: want the link up");
        }
        final Receiver[] all = receivers();
        session.onLane(() -> Stream.of(all).forEach(Receiver::flush));
    }

    private static void length(String function, MemorySegment data, int bytes) {
        if (data.byteSize() != bytes) {
            throw new VbusException(Status.INVALID, "%s with %d bytes: want %d".formatted(function, data.byteSize(), bytes));
        }
    }

    @Override
    public void shm(Shm shm) {
        switch (shm.id()) {
            case RX -> ring(shm, 0, Direction.FROM_DEVICE);
            case TX -> ring(shm, 0, Direction.TO_DEVICE);
            default -> throw new VbusException(Status.INVALID, "shm id %d: want %d (receive ring) or %d (transmit ring)"
                .formatted(shm.id(), RX, TX));
        }
    }

    /// Without a ring the link is down until the guest raises it again.
    @Override
    public void unshm(Shm shm) {
        wanted = false;
        noRing(0, shm.id() == RX ? Direction.FROM_DEVICE : Direction.TO_DEVICE);
    }

    @Override
    FrameCodec codec() {
        return new FlatCodec(most);
    }

    @Override
    Receiver receiver(Ring ring, FrameCodec as, Counters counters) {
        return new BufferReceiver(ring, this, as, counters, false);
    }

    @Override
    boolean wanted() {
        return wanted;
    }

    @Override
    long features() {
        return 0;
    }
}
