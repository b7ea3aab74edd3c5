// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import vbus.api.VirtioCalls;
import vbus.venet.offload.Offload;
import vbus.venet.protocol.VirtioNet;

/// Guests with and without offloads on one switch.
class MixedGuestsTest {

    private static final long ALL = VirtioCalls.F_VERSION_1 | VirtioNet.F_MRG_RXBUF | VirtioNet.F_CSUM | VirtioNet.F_HOST_TSO4
        | VirtioNet.F_GUEST_CSUM | VirtioNet.F_GUEST_TSO4;
    private static final int LINUX_BUFFER = 1536;
    private static final int HEADER = VirtioNet.HEADER_BYTES;

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);

    private OffloadStation guest(String name, Abi abi, long features) {
        return new OffloadStation(new OffloadStation.Driver(abi, features, 256, LINUX_BUFFER), name, lan, lane);
    }

    private static byte[] frame(int from, int length, int gso, int segmentBytes) {
        final byte[] frame = new byte[HEADER + length];
        new Random(from).nextBytes(frame);
        Arrays.fill(frame, 0, HEADER, (byte) 0);
        final byte[] head = Frames.frame(Frames.BROADCAST, Frames.mac(from), "", 14);
        System.arraycopy(head, 0, frame, HEADER, head.length);
        frame[0] = (byte) (gso == Offload.NONE ? 0 : Offload.NEEDS_CSUM);
        frame[1] = (byte) gso;
        frame[4] = (byte) segmentBytes;
        frame[5] = (byte) (segmentBytes >>> 8);
        frame[6] = (byte) (gso == Offload.NONE ? 0 : 34);
        frame[8] = (byte) (gso == Offload.NONE ? 0 : 16);
        return frame;
    }

    private List<byte[]> heard(OffloadStation station) {
        final List<byte[]> all = new ArrayList<>();
        lane.run();
        station.receive(all::add);
        return all;
    }

    @Test
    void shouldForgetWhatAnotherGuestAskedForTheFrameBefore() {
        final OffloadStation asking = guest("asking", Abi.VIRTIO, ALL);
        final OffloadStation flat = guest("flat", Abi.VENET, 0);
        final OffloadStation third = guest("third", Abi.VIRTIO, ALL);
        asking.send(frame(1, 3000, Offload.TCP4, 1000));
        assertEquals(1, heard(third).size());

        flat.send(frame(2, 600, Offload.NONE, 0));

        final byte[] expected = frame(2, 600, Offload.NONE, 0);
        expected[VirtioNet.BUFFERS_AT] = 1;
        final List<byte[]> frames = heard(third);
        assertEquals(1, frames.size());
        assertArrayEquals(expected, frames.getFirst());
    }

    @Test
    void shouldPutTheLongestFrameIntoBuffersAsLinuxLendsThem() {
        final OffloadStation sender = guest("sender", Abi.VIRTIO, ALL);
        final OffloadStation receiver = guest("receiver", Abi.VIRTIO, ALL);
        final byte[] longest = frame(1, OffloadRules.MOST_GSO, Offload.TCP4, 1448);

        sender.send(longest);

        final List<byte[]> frames = heard(receiver);
        assertEquals(1, frames.size());
        longest[VirtioNet.BUFFERS_AT] = (byte) ((longest.length - 1) / LINUX_BUFFER + 1);
        assertArrayEquals(longest, frames.getFirst());
    }
}
