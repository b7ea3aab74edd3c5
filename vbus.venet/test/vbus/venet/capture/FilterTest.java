// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The meaning of each word, told by the frames that it finds; see also [TcpdumpTest].
class FilterTest {

    private final Head head = new Head();

    private boolean matches(String filter, byte[] frame) {
        head.read(MemorySegment.ofArray(frame), 0, frame.length, -1);
        return Filter.of(filter).matches(head);
    }

    private String found(String filter, Map<String, byte[]> frames) {
        final List<String> names = frames.entrySet().stream().filter(e -> matches(filter, e.getValue())).map(Map.Entry::getKey).toList();
        return String.join(", ", names);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "tcp | tcp, tcp back, ip with options, tcp6",
        "udp | udp, udp later fragment, udp6, fragment of udp6, long",
        "icmp | icmp",
        "icmp6 | icmp6, fragment of icmp6",
        "arp | arp",
        "ip6 | tcp6, udp6, icmp6, fragment of udp6, fragment of icmp6, hop by hop then tcp6",
        "ip and not host 10.77.0.1 | \"\"",
        "host 10.77.0.1 and not ip | arp, rarp",
        "src host 10.77.0.2 | tcp back, long",
        "dst 10.77.0.1 | tcp back, long",
        "arp host 10.77.0.2 | arp",
        "ip6 src host fd00::1 and udp | udp6, fragment of udp6",
        "dst host fd00::1 | \"\"",
        "port 80 | tcp, tcp back, sctp, ip with options",
        "src port 80 | tcp back, sctp",
        "tcp dst port 80 | tcp, ip with options",
        "udp port 53 | udp, udp6",
        "port 53 and port 5353 | udp6",
        "broadcast | arp, rarp, to all",
        "multicast and not ether broadcast | to a group, llc",
        "ether src 02:76:62:0:0:2 | to all, llc",
        "ether dst host 01:00:5E:00:00:01 | to a group",
        "ether host ff:ff:ff:ff:ff:ff and not arp | rarp, to all",
        "greater 1514 | long",
        "greater 1515 | \"\"",
        "vlan | \"\""})
    void shouldFind(String filter, String names) {
        assertEquals(names, found(filter, Packets.untagged()));
    }

    @Test
    void shouldFindEverythingWhenEmpty() {
        assertEquals(Packets.untagged().size(), found("  ", Packets.untagged()).split(", ").length);
    }

    @Test
    void shouldBindAndAndOrAlikeFromLeftToRight() {
        final Map<String, byte[]> all = Packets.untagged();
        assertEquals(found("(arp or tcp) and port 80", all), found("arp or tcp && port 80", all));
        assertEquals("tcp, tcp back, ip with options", found("arp or tcp and port 80", all));
        assertEquals("tcp, tcp back, ip with options, arp", found("arp or (tcp and port 80)", all));
        assertEquals(found("(not tcp) and ip", all), found("! tcp and ip", all));
        assertEquals(found("not (tcp or ip)", all), found("!(tcp||ip)", all));
    }

    @Test
    void shouldLookBehindTags() {
        final Map<String, byte[]> all = Packets.tagged();
        assertEquals("tcp in 10, ip with options in 10, tcp in 20, tcp in 30 of the provider, tcp in 40, old",
            found("tcp dst port 80", all));
        assertEquals("arp in 10", found("vlan 10 and arp", all));
        assertEquals("tcp in 20, tcp in 40, old", found("vlan 20 or vlan 40", all));
        assertEquals(all.size(), found("vlan", all).replace("40, old", "40").split(", ").length);

        final byte[] two = Packets.tagged(Packets.tagged().get("tcp in 10"), 0x88a8, 100);
        assertEquals("two", found("vlan 100 and vlan 10 and host 10.77.0.1", Map.of("two", two)));
        assertEquals("", found("vlan 11", Map.of("two", two)));
    }

    @Test
    void shouldMatchNothingThatAShortFrameDoesNotHave() {
        final byte[] tcp = Packets.untagged().get("tcp");
        for (int length = 0; length < 38; length++) {
            final byte[] cut = Packets.padded(tcp, length);
            assertEquals(length >= 36, matches("src port 40000", cut), "cut at " + length);
            assertEquals(length >= 30, matches("src host 10.77.0.1", cut), "cut at " + length);
            assertEquals(false, matches("dst port 80", cut), "cut at " + length);
        }
        final byte[] manyTags = new byte[64];
        for (int i = 12; i < 64; i += 4) {
            manyTags[i] = (byte) 0x81;
        }
        assertEquals(false, matches("tcp or ip or port 0", manyTags));
        assertEquals(true, matches("vlan 0", manyTags));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "tpc | the filter has 'tpc': want one of host src dst port ether ip",
        "host | the filter has the end of the filter after 'host': want an IPv4 or IPv6 address",
        "host 10.1 | the filter has '10.1' after 'host': want an IPv4 or IPv6 address",
        "host 10.0.0.256 | the filter has '10.0.0.256' after 'host': want an IPv4 or IPv6 address",
        "host :::1 | the filter has ':::1' after 'host': want an IPv4 or IPv6 address",
        "src tcp | the filter has 'tcp' after 'src': want 'host', 'port' or an IPv4 or IPv6 address",
        "port http | the filter has 'http' after 'port': want a port, a number from 0 to 65535",
        "port 65536 | the filter has '65536' after 'port': want a port, a number from 0 to 65535",
        "tcp src 1.2.3.4 | the filter has '1.2.3.4' after 'src': want 'port'",
        "vlan 4096 | the filter has '4096' after 'vlan': want a VLAN, a number from 0 to 4095",
        "ether 1:2:3:4:5:6 | the filter has '1:2:3:4:5:6' after 'ether': want 'host', 'src', 'dst', 'broadcast' or 'multicast'",
        "ether src 1:2:3 | the filter has '1:2:3' after 'src': want a MAC address, as in 02:76:62:00:00:01",
        "tcp udp | the filter has 'udp' after 'tcp': want 'and', 'or' or the end of the filter",
        "(tcp | the filter has the end of the filter after 'tcp': want 'and', 'or' or ')'",
        "tcp) | the filter has ')' after 'tcp': want 'and', 'or' or the end of the filter",
        "tcp & udp | the filter has '&' after 'tcp': want 'and', 'or' or the end of the filter",
        "tcp and | the filter has the end of the filter after 'and': want one of host"})
    void shouldNameTheWordAndWhatWouldBeRight(String filter, String message) {
        final var e = assertThrows(IllegalArgumentException.class, () -> Filter.of(filter));
        assertEquals(message, e.getMessage().substring(0, Math.min(message.length(), e.getMessage().length())));
    }

    @Test
    void shouldRefuseWhatIsTooLongOrTooDeep() {
        assertThrows(IllegalArgumentException.class, () -> Filter.of("tcp or ".repeat(1000) + "tcp"));
        assertThrows(IllegalArgumentException.class, () -> Filter.of("(".repeat(1000) + "tcp" + ")".repeat(1000)));
        assertEquals(true, matches("not ".repeat(60) + "tcp", Packets.untagged().get("tcp")));
    }
}
