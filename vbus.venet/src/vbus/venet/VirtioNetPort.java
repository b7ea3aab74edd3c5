// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import vbus.api.Session;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.VirtioCalls;
import vbus.venet.protocol.VirtioNet;

/// A port of a guest that speaks `virtio-net`: a header before each frame, and a link that is up while both queues are there.
/// @spec virtio 1.2, 5.1
final class VirtioNetPort extends Port {

    private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final long OFFERED = VirtioCalls.F_VERSION_1 | VirtioNet.F_MAC;
    private static final int CONFIG_AT = 4;

    private long accepted;

    VirtioNetPort(LearningSwitch lan, Session session, long mac) {
        super(lan, session, new VirtioNetCodec(), mac);
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
                data.set(LONG, 0, OFFERED);
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
        if ((features & ~OFFERED) != 0) {
            throw invalid("ACCEPT of features 0x%x: want no more than 0x%x".formatted(features, OFFERED));
        }
        if ((features & VirtioCalls.F_VERSION_1) == 0) {
            throw invalid("ACCEPT of features 0x%x: want VERSION_1, this is no legacy device".formatted(features));
        }
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
    boolean wanted() {
        return true;
    }

    @Override
    long features() {
        return accepted;
    }
}
