// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import vbus.api.Session;
import vbus.api.Shm;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.VirtioCalls;
import vbus.shm.Direction;
import vbus.venet.protocol.VirtioNet;

/// A port of a guest that speaks `virtio-net`: a header before each frame, and a link that is up while both queues are there.
/// @spec virtio 1.2, 5.1
final class VirtioNetPort extends Port {

    private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final int CONFIG_AT = 4;

    private final int most;
    private final int mtu;
    private long accepted;

    VirtioNetPort(LearningSwitch lan, Session session, long mac) {
        super(lan, session, mac, 1);
        most = lan.mostBytes();
        mtu = lan.mtu();
    }

    @Override
    void restore(PortSnapshot snapshot) {
        super.restore(snapshot);
        accepted = snapshot.features();
    }

    @Override
    public int call(int function, MemorySegment data) {
        switch (function) {
            case VirtioCalls.FEATURES -> {
                length("FEATURES", data, Long.BYTES);
                data.set(LONG, 0, VirtioNetFeatures.OFFERED);
            }
            case VirtioCalls.ACCEPT -> accept(data);
            case VirtioCalls.QUEUES -> {
                return VirtioNet.QUEUES;
            }
            case VirtioCalls.CONFIG -> config(data);
            default -> throw invalid("virtio-net has no function 0x%x".formatted(function));
        }
        return 0;
    }

    private void accept(MemorySegment data) {
        length("ACCEPT", data, Long.BYTES);
        final long features = data.get(LONG, 0);
        VirtioNetFeatures.check(features);
        accepted = features;
    }

    private void config(MemorySegment data) {
        final long bytes = data.byteSize() - CONFIG_AT;
        if (bytes < 0) {
            throw invalid("CONFIG with %d bytes: want at least %d".formatted(data.byteSize(), CONFIG_AT));
        }
        final long at = data.get(INT, 0) & 0xffff_ffffL;
        if (at + bytes > VirtioNet.CONFIG_BYTES) {
            throw invalid("CONFIG of %d bytes at %d: want them below %d".formatted(bytes, at, VirtioNet.CONFIG_BYTES));
        }
        final MemorySegment space = MemorySegment.ofArray(new byte[VirtioNet.CONFIG_BYTES]);
        Mac.write(mac, space.asSlice(VirtioNet.CONFIG_MAC_AT));
        space.set(SHORT, VirtioNet.CONFIG_STATUS_AT, rules().up() ? VirtioNet.STATUS_LINK_UP : 0);
        space.set(SHORT, VirtioNet.CONFIG_PAIRS_AT, (short) 1);
        space.set(SHORT, VirtioNet.CONFIG_MTU_AT, (short) (rules().mtu() == 0 ? mtu : Math.min(mtu, rules().mtu())));
        MemorySegment.copy(space, JAVA_BYTE, at, data, JAVA_BYTE, CONFIG_AT, bytes);
    }

    private static void length(String function, MemorySegment data, int bytes) {
        if (data.byteSize() != bytes) {
            throw invalid("%s with %d bytes: want %d".formatted(function, data.byteSize(), bytes));
        }
    }

    private static VbusException invalid(String message) {
        return new VbusException(Status.INVALID, message);
    }

    @Override
    public void shm(Shm shm) {
        switch (shm.id()) {
            case VirtioNet.RX -> ring(shm, Direction.FROM_DEVICE);
            case VirtioNet.TX -> ring(shm, Direction.TO_DEVICE);
            default -> throw invalid("shm id %d: want %d (receive queue) or %d (transmit queue)"
                .formatted(shm.id(), VirtioNet.RX, VirtioNet.TX));
        }
    }

    private void ring(Shm shm, Direction direction) {
        ring(shm.ring(direction), 0, direction);
        raise();
    }

    @Override
    public void unshm(Shm shm) {
        noRing(0, shm.id() == VirtioNet.RX ? Direction.FROM_DEVICE : Direction.TO_DEVICE);
    }

    @Override
    FrameCodec codec(QueuePair pair) {
        return new VirtioNetCodec(VirtioNetFeatures.sends(accepted), VirtioNetFeatures.takes(accepted), most);
    }

    @Override
    Receiver receiver(QueuePair pair) {
        return new BufferReceiver(pair.receive, this, pair.codec, pair.counters, (accepted & VirtioNet.F_MRG_RXBUF) != 0);
    }

    @Override
    boolean wanted() {
        return true;
    }

    @Override
    long features() {
        return accepted;
    }
}
