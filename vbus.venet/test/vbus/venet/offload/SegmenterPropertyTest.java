// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds for the frames of every packet, seen by code that shares nothing with the segmenter.
class SegmenterPropertyTest {

    private static final int PACKETS = 400;

    @ParameterizedTest
    @ValueSource(ints = {Offload.TCP4, Offload.UDP, Offload.TCP6, Offload.UDP_L4})
    void shouldMakeFramesThatTogetherAreThePacket(int gso) {
        final long seed = Seed.of("SegmenterPropertyTest gso " + gso);
        final Random random = new Random(seed);
        int many = 0;
        for (int i = 0; i < PACKETS; i++) {
            final GsoPacket packet = GsoPacket.random(random, gso);
            final List<byte[]> frames = Segments.of(packet);
            final String which = "seed " + seed + " packet " + i + ": ";
            check(packet, frames, which);
            many += frames.size() > 1 ? 1 : 0;
        }
        assertTrue(many > PACKETS / 2, many + " packets became more than one frame");
    }

    private static void check(GsoPacket packet, List<byte[]> frames, String which) {
        final int bytes = packet.bytes.length - packet.cut();
        assertEquals((bytes + packet.unit() - 1) / packet.unit(), frames.size(), which + "frames");
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < frames.size(); i++) {
            final byte[] frame = withoutFragmentHeader(packet, frames, i);
            final String what = which + "frame " + i + ": ";
            final boolean last = i == frames.size() - 1;
            final int part = last ? bytes - i * packet.unit() : packet.unit();
            assertEquals(packet.cut() + part, frame.length, what + "length");
            assertArrayEquals(Arrays.copyOf(packet.bytes, packet.network), Arrays.copyOf(frame, packet.network), what + "Ethernet");
            network(packet, frame, i, frames.size(), what);
            if (packet.offload.gso != Offload.UDP) {
                transport(packet, frame, i, last, what);
            }
            all.write(frame, packet.cut(), part);
        }
        payload(packet, all.toByteArray(), which);
    }

    /// Checks an IPv6 fragment header, and takes it out.
    private static byte[] withoutFragmentHeader(GsoPacket packet, List<byte[]> frames, int i) {
        final byte[] frame = frames.get(i);
        if (!packet.hasFragmentHeaders()) {
            return frame;
        }
        final int at = packet.transport;
        final ByteBuffer b = ByteBuffer.wrap(frame);
        assertEquals(17 << 8, b.getShort(at), "next header");
        assertEquals(i * packet.unit() | (i < frames.size() - 1 ? 1 : 0), Short.toUnsignedInt(b.getShort(at + 2)), "offset");
        assertEquals(ByteBuffer.wrap(frames.getFirst()).getInt(at + 4), b.getInt(at + 4), "id");
        final byte[] without = new byte[frame.length - 8];
        System.arraycopy(frame, 0, without, 0, at);
        System.arraycopy(frame, at + 8, without, at, without.length - at);
        final int last = last(frame, packet.network);
        assertEquals(44, without[last], "the last header before it");
        without[last] = 17;
        ByteBuffer.wrap(without).putShort(packet.network + 4, (short) (b.getShort(packet.network + 4) - 8));
        return without;
    }

    /// Where the last next-header field before a fragment header is.
    private static int last(byte[] frame, int ip) {
        int field = ip + 6;
        for (int at = ip + 40; frame[field] != 44; at += 8 + 8 * (frame[at + 1] & 0xff)) {
            field = at;
        }
        return field;
    }

    private static void network(GsoPacket packet, byte[] frame, int i, int count, String what) {
        final ByteBuffer was = ByteBuffer.wrap(packet.bytes);
        final ByteBuffer is = ByteBuffer.wrap(frame);
        final int ip = packet.network;
        if (packet.six) {
            assertEquals(frame.length - ip - 40, Short.toUnsignedInt(is.getShort(ip + 4)), what + "payload length");
            is.putShort(ip + 4, was.getShort(ip + 4));
        } else {
            assertEquals(frame.length - ip, Short.toUnsignedInt(is.getShort(ip + 2)), what + "total length");
            assertTrue(new SlowChecksum().add(frame, ip, packet.transport - ip).isRight(), what + "header checksum");
            final boolean fragments = packet.offload.gso == Offload.UDP;
            assertEquals((short) (was.getShort(ip + 4) + (fragments ? 0 : i)), is.getShort(ip + 4), what + "id");
            if (fragments && count > 1) {
                assertEquals(i * packet.unit() / 8 | (i < count - 1 ? 0x2000 : 0), is.getShort(ip + 6), what + "fragment");
                is.putShort(ip + 6, was.getShort(ip + 6));
            }
            is.putShort(ip + 2, was.getShort(ip + 2)).putShort(ip + 4, was.getShort(ip + 4)).putShort(ip + 10, was.getShort(ip + 10));
        }
        final int bytes = packet.transport - ip;
        assertEquals(was.slice(ip, bytes), is.slice(ip, bytes), what + "the rest of the IP header");
    }

    private static void transport(GsoPacket packet, byte[] frame, int i, boolean last, String what) {
        final ByteBuffer was = ByteBuffer.wrap(packet.bytes);
        final ByteBuffer is = ByteBuffer.wrap(frame);
        final int at = packet.transport;
        final int length = frame.length - at;
        assertTrue(SlowChecksum.pseudo(frame, packet.network, packet.six, packet.tcp ? 6 : 17, length).add(frame, at, length).isRight(),
            what + "checksum");
        if (packet.tcp) {
            assertEquals(was.getInt(at + 4) + i * packet.unit(), is.getInt(at + 4), what + "sequence");
            int flags = was.get(at + 13);
            flags &= last ? -1 : ~9;
            flags &= i == 0 ? -1 : ~0x80;
            assertEquals((byte) flags, is.get(at + 13), what + "flags");
            is.putInt(at + 4, was.getInt(at + 4)).put(at + 13, was.get(at + 13)).putShort(at + 16, was.getShort(at + 16));
        } else {
            assertEquals(length, Short.toUnsignedInt(is.getShort(at + 4)), what + "UDP length");
            assertTrue(is.getShort(at + 6) != 0, what + "no checksum");
            is.putShort(at + 4, was.getShort(at + 4)).putShort(at + 6, was.getShort(at + 6));
        }
        final int bytes = packet.payload - at;
        assertEquals(was.slice(at, bytes), is.slice(at, bytes), what + "the rest of the header");
    }

    private static void payload(GsoPacket packet, byte[] all, String which) {
        final byte[] was = Arrays.copyOfRange(packet.bytes, packet.cut(), packet.bytes.length);
        if (packet.offload.gso == Offload.UDP) {
            assertTrue(SlowChecksum.pseudo(packet.bytes, packet.network, packet.six, 17, all.length).add(all, 0, all.length).isRight(),
                which + "checksum of the datagram");
            assertTrue((all[6] | all[7]) != 0, which + "no checksum");
            System.arraycopy(was, 6, all, 6, 2);
        }
        assertArrayEquals(was, all, which + "payload");
    }
}
