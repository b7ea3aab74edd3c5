// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Random;

/// A large packet as a guest would send it, and where its parts are.
///
/// All are valid; but Linux takes a packet without `NEEDS_CSUM` from a
/// TAP only without tags and extension headers, and writes wrong offsets into IPv6 fragments that have extension headers.
final class GsoPacket {

    static final byte[] FROM = {0x02, 0x50, 0, 0, 0, 1};
    static final byte[] TO = {0x02, 0x50, 0, 0, 0, 2};
    private static final int LONGEST = 65535;
    private static final int LEAST_IP_AND_UDP = 20 + 8;

    final Offload offload = new Offload();
    byte[] bytes;
    int network;
    int transport;
    int payload;
    boolean six;
    boolean tcp;

    private final Random random;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private GsoPacket(Random random) {
        this.random = random;
    }

    /// Any packet that can be cut.
    static GsoPacket random(Random random, int gso) {
        return new GsoPacket(random).make(gso, random.nextInt(4) > 0 || gso == Offload.UDP_L4, false);
    }

    /// One that Linux takes and cuts; in some the sum that was given for the pseudo header is wrong, or the length in the UDP header.
    static GsoPacket forLinux(Random random, int gso) {
        final GsoPacket packet = new GsoPacket(random).make(gso, random.nextInt(4) > 0 || gso == Offload.UDP_L4, true);
        final boolean partial = packet.offload.needsChecksum();
        if (partial && random.nextInt(6) == 0) {
            packet.put(packet.transport + packet.offload.checksumOffset, random.nextInt());
        }
        if (partial && !packet.tcp && random.nextInt(6) == 0) {
            packet.put(packet.transport + 4, random.nextInt());
        }
        return packet;
    }

    /// A frame of any bytes that is not to be cut, with a checksum to complete anywhere.
    static GsoPacket toComplete(Random random) {
        final GsoPacket packet = new GsoPacket(random);
        packet.bytes = packet.some(36 + random.nextInt(1400));
        System.arraycopy(TO, 0, packet.bytes, 0, 6);
        System.arraycopy(FROM, 0, packet.bytes, 6, 6);
        packet.put(12, 0x88b5); // for experiments
        packet.offload.flags = Offload.NEEDS_CSUM;
        packet.offload.checksumStart = 34 + random.nextInt(packet.bytes.length - 35);
        packet.offload.checksumOffset = random.nextInt(packet.bytes.length - packet.offload.checksumStart - 1);
        return packet;
    }

    private void put(int at, int value) {
        ByteBuffer.wrap(bytes).putShort(at, (short) value);
    }

    /// Bytes that each segment carries behind its headers.
    int unit() {
        return offload.gso == Offload.UDP ? offload.segmentBytes & ~7 : offload.segmentBytes;
    }

    /// Whether each frame has an IPv6 fragment header more than the packet.
    boolean hasFragmentHeaders() {
        return six && offload.gso == Offload.UDP && bytes.length - transport > unit();
    }

    /// What is cut begins here.
    int cut() {
        return offload.gso == Offload.UDP ? transport : payload;
    }

    MemorySegment memory() {
        return MemorySegment.ofArray(bytes.clone());
    }

    private GsoPacket make(int gso, boolean partial, boolean linux) {
        final boolean simple = linux && !partial;
        six = gso == Offload.TCP6 || (gso == Offload.UDP_L4 || gso == Offload.UDP) && random.nextBoolean();
        tcp = gso == Offload.TCP4 || gso == Offload.TCP6;
        ethernet(simple ? 0 : random.nextInt(3));
        if (six) {
            six(simple || linux && gso == Offload.UDP ? 0 : random.nextInt(4));
        } else {
            four(random.nextInt(3) == 0 ? random.nextInt(11) : 0);
        }
        transport = out.size();
        final int options = tcp && random.nextBoolean() ? 4 * random.nextInt(11) : 0;
        transport(options);
        payload = out.size();
        sizes(gso, partial ? options : payload - LEAST_IP_AND_UDP);
        finish(partial);
        offload.gso = gso;
        return this;
    }

    private void ethernet(int tags) {
        out.writeBytes(TO);
        out.writeBytes(FROM);
        for (int i = 0; i < tags; i++) {
            u16(i == 0 && tags == 2 ? 0x88a8 : 0x8100);
            u16(random.nextInt(8) << 13 | 1 + random.nextInt(4094));
        }
        u16(six ? 0x86dd : 0x0800);
        network = out.size();
    }

    private void four(int optionWords) {
        final ByteBuffer ip = ByteBuffer.wrap(some(20 + 4 * optionWords));
        ip.put(0, (byte) (0x45 + optionWords)).put(9, (byte) (tcp ? 6 : 17));
        ip.putShort(4, (short) (random.nextBoolean() ? 0xfff0 + random.nextInt(16) : random.nextInt()));
        ip.putShort(6, (short) (random.nextBoolean() ? 0x4000 : 0));
        ip.putShort(10, (short) 0).putInt(12, 0x0a000000 | random.nextInt(1 << 24)).putInt(16, 0x0a4d0001);
        for (int i = 20; i < ip.capacity(); i++) {
            ip.put(i, (byte) 1); // no operation: Linux looks into them when it forwards
        }
        out.writeBytes(ip.array());
    }

    private void six(int extensions) {
        final byte[] kinds = new byte[extensions + 1];
        for (int i = 0; i < extensions; i++) {
            kinds[i] = (byte) (i == 0 && random.nextBoolean() ? 0 : random.nextBoolean() ? 60 : 43);
        }
        kinds[extensions] = (byte) (tcp ? 6 : 17);
        final ByteBuffer ip = ByteBuffer.wrap(some(40));
        ip.put(0, (byte) (0x60 | random.nextInt(16))).put(6, kinds[0]);
        ip.putLong(8, 0xfd77_0000_0000_0000L).putLong(24, 0xfd77_0000_0000_0000L);
        out.writeBytes(ip.array());
        for (int i = 0; i < extensions; i++) {
            final byte[] header = some(8 * (1 + random.nextInt(4)));
            header[0] = kinds[i + 1];
            header[1] = (byte) (header.length / 8 - 1);
            header[2] = (byte) (kinds[i] == 43 ? 254 : 1); // a routing type for experiments with no segment left, or padding
            header[3] = (byte) (kinds[i] == 43 ? 0 : header.length - 4);
            out.writeBytes(header);
        }
    }

    private void transport(int options) {
        final ByteBuffer header = ByteBuffer.wrap(some((tcp ? 20 : 8) + options));
        header.putShort(0, (short) (20_000 + random.nextInt(1000))).putShort(2, (short) (20_000 + random.nextInt(1000)));
        if (tcp) {
            header.putInt(4, random.nextBoolean() ? -random.nextInt(3000) : random.nextInt());
            header.put(12, (byte) (header.capacity() / 4 << 4 | random.nextInt(2)));
        }
        out.writeBytes(header.array());
    }

    /// A segment's size first, then a payload of one to about 90 segments, often a whole number of them.
    /// Not one that is only `nearly` bytes shorter than a segment: a TAP counts TCP options, and without `NEEDS_CSUM` all of the
    /// headers that is more than the least of IP and TCP, to what is cut, and so Linux takes such a packet for a large one, and
    /// then drops it because it is not.
    private void sizes(int gso, int nearly) {
        final int most = LONGEST - (payload - network);
        final int unit = switch (random.nextInt(6)) {
            case 0 -> 1 + random.nextInt(8);
            case 1 -> 1 + random.nextInt(9000);
            case 2 -> 1448;
            default -> 200 + random.nextInt(1300);
        };
        offload.segmentBytes = gso == Offload.UDP ? Math.max(8, unit & ~7) : unit;
        final int segments = 1 + random.nextInt(gso == Offload.UDP_L4 ? 60 : 90);
        int length = segments * offload.segmentBytes - (random.nextBoolean() ? 0 : random.nextInt(offload.segmentBytes));
        length = Math.min(length, most);
        if (length + nearly > offload.segmentBytes && length <= offload.segmentBytes) {
            length = Math.min(most, offload.segmentBytes + 1 + random.nextInt(offload.segmentBytes));
        }
        out.writeBytes(random.nextInt(10) == 0 ? new byte[length] : some(length));
    }

    private void finish(boolean partial) {
        bytes = out.toByteArray();
        final ByteBuffer b = ByteBuffer.wrap(bytes);
        final int length = bytes.length - transport;
        if (six) {
            b.putShort(network + 4, (short) (bytes.length - network - 40));
        } else {
            b.putShort(network + 2, (short) (bytes.length - network));
            b.putShort(network + 10, (short) ~new SlowChecksum().add(bytes, network, transport - network).sum());
        }
        if (!tcp) {
            b.putShort(transport + 4, (short) length);
        }
        final int field = tcp ? 16 : 6;
        b.putShort(transport + field, (short) 0);
        SlowChecksum sum = SlowChecksum.pseudo(bytes, network, six, tcp ? 6 : 17, length);
        if (partial) {
            b.putShort(transport + field, (short) sum.sum());
            offload.flags = Offload.NEEDS_CSUM | (tcp && random.nextBoolean() ? Offload.ECN : 0);
            offload.checksumStart = transport;
            offload.checksumOffset = field;
        } else {
            final int checksum = ~sum.add(bytes, transport, length).sum() & 0xffff;
            b.putShort(transport + field, (short) (checksum == 0 && !tcp ? 0xffff : checksum));
        }
        offload.headerBytes = random.nextBoolean() ? payload : 0;
    }

    @Override
    public String toString() {
        return "gso %d of %d bytes, flags %d, checksum %d + %d, segments of %d, IP at %d, %s at %d, payload at %d".formatted(
            offload.gso, bytes.length, offload.flags, offload.checksumStart, offload.checksumOffset, offload.segmentBytes, network,
            tcp ? "TCP" : "UDP", transport, payload);
    }

    private byte[] some(int length) {
        final byte[] b = new byte[length];
        random.nextBytes(b);
        return b;
    }

    private void u16(int value) {
        out.write(value >>> 8);
        out.write(value);
    }
}
