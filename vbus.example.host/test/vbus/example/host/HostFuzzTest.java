// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.example.host.Packet.ARP_BYTES;
import static vbus.example.host.Packet.ETHERNET_BYTES;
import static vbus.example.host.Packet.ICMP_AT;
import static vbus.example.host.Packet.IP_AT;
import static vbus.example.host.Packet.IP_BYTES;
import static vbus.example.host.Packet.TYPE_ARP;
import static vbus.example.host.Packet.TYPE_AT;
import static vbus.example.host.Packet.TYPE_IPV4;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/// Whatever comes from the wire: nothing is thrown, each frame has at most one answer, and every answer is a right frame.
///
/// ```
///   frames: length u8 | bit 0: to this host, bit 1: its IPv4 and ICMP sums are right | the bytes
/// ```
class HostFuzzTest {

    private static final String MAC = "020000000001";
    private static final long OWN = 0x0200_0000_0001L;
    private static final int ADDRESS = 0x0a4d0065;
    private static final int NEIGHBOUR = 0x0a4d0066;
    private static final int MAX_FRAMES = 16;

    private long nanos;

    @FuzzTest
    void shouldAnswerWithRightFramesOrNotAtAll(byte[] bytes) {
        nanos = 0;
        final FakePort port = new FakePort(MAC);
        final Host host = new Host(port, Ipv4.parse("10.77.0.101/24"), List.of(NEIGHBOUR), () -> nanos += 1000);
        host.start();
        int at = 0;
        for (int i = 0; i < MAX_FRAMES && at + 2 <= bytes.length; i++) {
            final int length = bytes[at] & 0xff;
            final int how = bytes[at + 1];
            final byte[] frame = Arrays.copyOfRange(bytes, at + 2, at + 2 + length);
            at += 2 + length;
            mend(frame, how);
            final int sent = port.sent.size();
            port.arrives(frame);
            assertTrue(port.sent.size() <= sent + 1, "one frame, and %d answers".formatted(port.sent.size() - sent));
            host.ping();
        }
        port.sent.forEach(HostFuzzTest::check);
        for (PingStatus s : host.status("alice")) {
            assertTrue(s.received() <= s.sent(), s.toString());
        }
        host.close();
    }

    /// A checksum is more than a fuzzer guesses.
    private static void mend(byte[] frame, int how) {
        final MemorySegment s = MemorySegment.ofArray(frame);
        if ((how & 1) == 1 && frame.length >= ETHERNET_BYTES) {
            Packet.u48(s, 0, OWN);
        }
        if ((how & 2) == 2 && frame.length >= ICMP_AT + Packet.ICMP_BYTES) {
            final int packet = Packet.u16(s, Packet.IP_LENGTH_AT);
            Packet.u16(s, Packet.IP_SUM_AT, 0);
            Packet.u16(s, Packet.IP_SUM_AT, Packet.sum(s, IP_AT, IP_BYTES));
            if (packet >= IP_BYTES + Packet.ICMP_BYTES && packet <= frame.length - IP_AT) {
                Packet.u16(s, Packet.ICMP_SUM_AT, 0);
                Packet.u16(s, Packet.ICMP_SUM_AT, Packet.sum(s, ICMP_AT, packet - IP_BYTES));
            }
        }
    }

    private static void check(byte[] frame) {
        final MemorySegment s = MemorySegment.ofArray(frame);
        assertTrue(frame.length >= ETHERNET_BYTES, "a frame of %d bytes".formatted(frame.length));
        assertEquals(OWN, Packet.u48(s, Packet.SOURCE_AT));
        switch (Packet.u16(s, TYPE_AT)) {
            case TYPE_ARP -> {
                assertEquals(ETHERNET_BYTES + ARP_BYTES, frame.length);
                assertEquals(OWN, Packet.u48(s, Packet.ARP_SENDER_MAC_AT));
                assertEquals(ADDRESS, Packet.i32(s, Packet.ARP_SENDER_AT));
            }
            case TYPE_IPV4 -> {
                assertEquals(frame.length - IP_AT, Packet.u16(s, Packet.IP_LENGTH_AT));
                assertEquals(ADDRESS, Packet.i32(s, Packet.IP_SOURCE_AT));
                assertEquals(0, Packet.sum(s, IP_AT, IP_BYTES));
                assertEquals(0, Packet.sum(s, ICMP_AT, frame.length - ICMP_AT));
            }
            default -> throw new AssertionError("a frame of type 0x%x".formatted(Packet.u16(s, TYPE_AT)));
        }
    }
}
