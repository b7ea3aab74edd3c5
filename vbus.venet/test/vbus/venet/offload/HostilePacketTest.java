// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Packets whose headers lie: each is refused under its reason, and the next good one is cut.
class HostilePacketTest {

    private static final int PAYLOAD = 3000;
    private static final int IP = 14;

    private enum Kind {
        TCP4(Offload.TCP4, 0x0800, 20, 6, 20), TCP6(Offload.TCP6, 0x86dd, 40, 6, 20),
        UFO4(Offload.UDP, 0x0800, 20, 17, 8), USO4(Offload.UDP_L4, 0x0800, 20, 17, 8), USO6(Offload.UDP_L4, 0x86dd, 40, 17, 8);

        final Offload offload;
        final ByteBuffer packet;
        final int transport;

        Kind(int gso, int type, int ipBytes, int protocol, int headerBytes) {
            transport = IP + ipBytes;
            packet = ByteBuffer.allocate(transport + headerBytes + PAYLOAD);
            packet.putShort(12, (short) type);
            if (ipBytes == 20) {
                packet.put(IP, (byte) 0x45).putShort(IP + 2, (short) (packet.capacity() - IP)).put(IP + 9, (byte) protocol);
            } else {
                packet.put(IP, (byte) 0x60).putShort(IP + 4, (short) (packet.capacity() - transport)).put(IP + 6, (byte) protocol);
            }
            if (protocol == 6) {
                packet.put(transport + 12, (byte) 0x50);
            }
            offload = SegmenterTest.offload(Offload.NEEDS_CSUM, gso, transport, protocol == 6 ? 16 : 6, 1000);
        }
    }

    private final Segmenter segmenter = new Segmenter();

    private void refused(Flaw want, Kind kind, Consumer<ByteBuffer> lie) {
        refused(want, kind, lie, kind.packet.capacity(), _ -> { });
    }

    private void refused(Flaw want, Kind kind, Consumer<ByteBuffer> lie, int length, Consumer<Offload> ask) {
        final ByteBuffer packet = ByteBuffer.wrap(kind.packet.array().clone());
        final Offload offload = new Offload();
        offload.set(kind.offload);
        lie.accept(packet);
        ask.accept(offload);

        assertEquals(want.code, segmenter.begin(MemorySegment.ofBuffer(packet), length, offload));
        assertEquals(0, segmenter.nextBytes());
        assertEquals(0, segmenter.next(MemorySegment.NULL, 0));
        cuts(kind);
    }

    private void cuts(Kind kind) {
        assertTrue(segmenter.begin(MemorySegment.ofBuffer(kind.packet), kind.packet.capacity(), kind.offload) >= 3);
        assertTrue(segmenter.next(MemorySegment.ofArray(new byte[1100]), 0) > 1000);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x44, 0x40, 0x65, 0x55, 0x05})
    void shouldRefuseAnIpv4HeaderOfAnotherVersionOrTooShort(int first) {
        refused(Flaw.BAD_HEADER, Kind.TCP4, p -> p.put(IP, (byte) first));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x45, 0x00, 0x75})
    void shouldRefuseAnIpv6HeaderOfAnotherVersion(int first) {
        refused(Flaw.BAD_HEADER, Kind.TCP6, p -> p.put(IP, (byte) first));
    }

    @ParameterizedTest
    @CsvSource({"3041", "65535", "39", "20", "19", "0"})
    void shouldRefuseAnIpv4PacketLongerThanItsFrameOrShorterThanItsHeaders(int total) {
        refused(Flaw.BAD_HEADER, Kind.TCP4, p -> p.putShort(IP + 2, (short) total));
    }

    @ParameterizedTest
    @CsvSource({"3021", "65535", "19", "0"})
    void shouldRefuseAnIpv6PayloadLongerThanItsFrameOrShorterThanItsHeaders(int payload) {
        refused(Flaw.BAD_HEADER, Kind.TCP6, p -> p.putShort(IP + 4, (short) payload));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x2000, 0x0001, 0x1fff})
    void shouldRefuseToCutAFragment(int field) {
        refused(Flaw.BAD_HEADER, Kind.UFO4, p -> p.putShort(IP + 6, (short) field));
        refused(Flaw.BAD_HEADER, Kind.TCP4, p -> p.putShort(IP + 6, (short) field));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x40})
    void shouldRefuseATcpHeaderThatIsTooShort(int words) {
        refused(Flaw.BAD_HEADER, Kind.TCP4, p -> p.put(34 + 12, (byte) words));
    }

    @Test
    void shouldRefuseATcpHeaderPastThePacket() {
        refused(Flaw.BAD_HEADER, Kind.TCP4, p -> p.put(34 + 12, (byte) 0xf0).putShort(IP + 2, (short) (20 + 59)));
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 14, 15, 33, 34, 53, 3053})
    void shouldRefuseAFrameThatEndsInItsHeadersOrBeforeItsPacket(int length) {
        refused(Flaw.BAD_HEADER, Kind.TCP4, _ -> { }, length, o -> o.flags = 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 13})
    void shouldRefuseAFrameWithoutAHeaderEvenIfItAsksForNothing(int length) {
        refused(Flaw.BAD_HEADER, Kind.TCP4, _ -> { }, length, Offload::clear);
    }

    @Test
    void shouldRefuseATagThatIsCutOff() {
        refused(Flaw.BAD_HEADER, Kind.TCP4, p -> p.putShort(12, (short) 0x8100), 16, o -> o.flags = 0);
    }

    @Test
    void shouldRefuseThreeTags() {
        refused(Flaw.BAD_HEADER, Kind.TCP4, p -> p.putShort(12, (short) 0x88a8).putShort(16, (short) 0x8100).putShort(20, (short) 0x8100));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 43, 60})
    void shouldRefuseExtensionHeadersPastThePacket(int kind) {
        refused(Flaw.BAD_HEADER, Kind.TCP6, p -> p.put(IP + 6, (byte) kind).put(54, (byte) 60).put(55, (byte) 200)
            .put(54 + 1608, (byte) 6).put(54 + 1609, (byte) 255)); // the second one ends behind it
    }

    @Test
    void shouldRefuseExtensionHeadersThatAreLongForNothing() {
        refused(Flaw.BAD_HEADER, Kind.TCP6, p -> {
            p.put(IP + 6, (byte) 60);
            for (int at = 54; at < 54 + 60 * 8; at += 8) {
                p.put(at, (byte) (at == 54 + 59 * 8 ? 6 : 60));
            }
            p.put(54 + 480 + 12, (byte) 0x50);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {44, 51, 50, 59, 1, 17})
    void shouldRefuseAnotherProtocolThanTheTypeSays(int protocol) {
        refused(Flaw.WRONG_PROTOCOL, Kind.TCP6, p -> p.put(IP + 6, (byte) protocol));
        refused(Flaw.WRONG_PROTOCOL, Kind.TCP4, p -> p.put(IP + 9, (byte) protocol));
    }

    @ParameterizedTest
    @CsvSource({"TCP4,4", "TCP6,1", "USO4,1", "USO6,4", "TCP4,5", "TCP6,3", "TCP4,3", "UFO4,1"})
    void shouldRefuseATypeThatIsNotThePackets(Kind kind, int gso) {
        refused(Flaw.WRONG_PROTOCOL, kind, _ -> { }, kind.packet.capacity(), o -> o.gso = gso);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x0806, 0x0000, 0x8847, 0x05dc})
    void shouldRefuseWhatIsNotIp(int type) {
        refused(Flaw.WRONG_PROTOCOL, Kind.TCP4, p -> p.putShort(12, (short) type));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void shouldRefuseAChecksumThatIsNotTheHeadersOwn(Kind kind) {
        final int length = kind.packet.capacity();
        refused(Flaw.CHECKSUM_MISPLACED, kind, _ -> { }, length, o -> o.checksumStart++);
        refused(Flaw.CHECKSUM_MISPLACED, kind, _ -> { }, length, o -> o.checksumOffset--);
        refused(Flaw.CHECKSUM_MISPLACED, kind, _ -> { }, length, o -> o.checksumOffset = length - o.checksumStart - 2);
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"USO4", "USO6"})
    void shouldRefuseDatagramsToCutWithoutAChecksumToComplete(Kind kind) {
        refused(Flaw.CHECKSUM_MISPLACED, kind, _ -> { }, kind.packet.capacity(), o -> o.flags = 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void shouldRefuseFragmentsOfFewerBytesThanAnOffsetCanTell(int bytes) {
        refused(Flaw.NO_SEGMENT_BYTES, Kind.UFO4, _ -> { }, Kind.UFO4.packet.capacity(), o -> o.segmentBytes = bytes);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void shouldRefuseWhatTheLengthAloneTells(Kind kind) {
        final int length = kind.packet.capacity();
        refused(Flaw.NO_SEGMENT_BYTES, kind, _ -> { }, length, o -> o.segmentBytes = 0);
        refused(Flaw.HEADER_OUTSIDE, kind, _ -> { }, length, o -> o.headerBytes = length + 1);
        refused(Flaw.CHECKSUM_OUTSIDE, kind, _ -> { }, length, o -> o.checksumStart = length - 1);
        refused(Flaw.UNKNOWN_GSO, kind, _ -> { }, length, o -> o.gso = 2);
    }
}
