// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.lang.foreign.MemorySegment;
import vbus.api.DeviceLane;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.shm.Direction;
import vbus.venet.offload.Offload;

/// The switch's port of an uplink: its frames have the header of virtio-net, and its link is up while it is plugged.
///
/// Threads: `plug` and `unplug` one at a time; see [Port].
final class UplinkPort extends Port {

    private static final int CHECKSUM = 1;
    private static final int TCP4 = 2;
    private static final int TCP6 = 4;
    private static final int ECN = 8;
    private static final int UDP = 0x20 | 0x40;

    final Uplink uplink;
    private final DeviceLane lane;
    private final UplinkSession ends;
    private final Offers offers;
    private final int most;
    private DeviceLane.Queue used;

    UplinkPort(LearningSwitch lan, Uplink uplink, DeviceLane lane) {
        this(lan, uplink, lane, new UplinkSession(uplink, lane));
    }

    private UplinkPort(LearningSwitch lan, Uplink uplink, DeviceLane lane, UplinkSession session) {
        super(lan, session, uplink.mac(), 1);
        this.uplink = uplink;
        this.lane = lane;
        ends = session;
        most = lan.mostBytes();
        offers = offers(uplink.offloads());
    }

    private static Offers offers(int flags) {
        return new Offers((flags & CHECKSUM) != 0, kind(flags, TCP4, Offload.TCP4) | kind(flags, TCP6, Offload.TCP6)
            | kind(flags, UDP, Offload.UDP_L4), (flags & ECN) != 0);
    }

    private static int kind(int flags, int all, int gso) {
        return (flags & all) == all ? 1 << gso : 0;
    }

    /// Lets frames through, both ways.
    void plug() {
        used = lane.use(uplink.toOutside());
        ring(uplink.toOutside(), 0, Direction.FROM_DEVICE);
        ring(uplink.fromOutside(), 0, Direction.TO_DEVICE);
        raise();
        lane.watch(uplink.fd());
    }

    /// Ends that: when this returns no lane uses the uplink. Whatever fails on the way, the switch knows it no more.
    void unplug() {
        close();
        lane.unwatch(uplink.fd());
        ends.end();
        used.close();
    }

    @Override
    public int call(int function, MemorySegment data) {
        throw new VbusException(Status.INVALID, "an uplink has no function %d".formatted(function));
    }

    @Override
    boolean wanted() {
        return true;
    }

    @Override
    long features() {
        return 0;
    }

    @Override
    FrameCodec codec(QueuePair pair) {
        return new VirtioNetCodec(offers, offers, most);
    }

    @Override
    Receiver receiver(QueuePair pair) {
        return new BufferReceiver(pair.receive, this, pair.codec, pair.counters, false);
    }
}
