// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/// Frames of all kinds that a filter may look for, by what they are.
final class Packets {

    static final String A = "027662000001";
    static final String B = "027662000002";
    private static final String ALL = "ffffffffffff";
    private static final String GROUP = "01005e000001";
    private static final String IP1 = "0a4d0001"; // 10.77.0.1
    private static final String IP2 = "0a4d0002";
    private static final String SIX1 = "fd000000000000000000000000000001";
    private static final String SIX2 = "fd000000000000000000000000000002";

    private Packets() { }

    static byte[] hex(String... parts) {
        return HexFormat.of().parseHex(String.join("", parts).replaceAll("\\s", ""));
    }

    /// With zeros up to so many bytes.
    static byte[] padded(byte[] frame, int length) {
        return Arrays.copyOf(frame, length);
    }

    /// A frame with a tag behind its addresses.
    static byte[] tagged(byte[] frame, int type, int tci) {
        return ByteBuffer.allocate(frame.length + 4).put(frame, 0, 12).putShort((short) type).putShort((short) tci)
            .put(frame, 12, frame.length - 12).array();
    }

    static byte[] ip(String from, String to, int protocol, int fragment, String payload) {
        return hex(B, A, "0800", "450000300000", "%04x40%02x0000".formatted(fragment, protocol), from, to, payload);
    }

    static byte[] ip6(int next, String payload) {
        return hex(B, A, "86dd", "60000000", "%04x".formatted(payload.length() / 2), "%02x".formatted(next), "40", SIX1, SIX2, payload);
    }

    /// The beginning of TCP or UDP.
    private static String ports(int from, int to) {
        return "%04x%04x".formatted(from, to) + "00100000" + "0".repeat(24);
    }

    /// Untagged frames by name, each as long as ethernet wants it, without the checksum.
    static Map<String, byte[]> untagged() {
        final Map<String, byte[]> all = new LinkedHashMap<>();
        all.put("tcp", ip(IP1, IP2, 6, 0, ports(40000, 80)));
        all.put("tcp back", ip(IP2, IP1, 6, 0, ports(80, 40000)));
        all.put("udp", ip(IP1, IP2, 17, 0x2000, ports(53, 53)));
        all.put("udp later fragment", ip(IP1, IP2, 17, 0x0010, ports(53, 53)));
        all.put("sctp", ip(IP1, IP2, 132, 0, ports(80, 9)));
        all.put("icmp", ip(IP1, IP2, 1, 0, "08000000" + ports(0, 0)));
        all.put("gre that looks like ports", ip(IP1, IP2, 47, 0, ports(80, 80)));
        all.put("ip with options", hex(B, A, "0800", "46000034", "00000000", "40060000", IP1, IP2, "94040000", ports(7, 80)));
        all.put("arp", hex(ALL, A, "0806", "0001080006040001", A, IP1, "000000000000", IP2));
        all.put("rarp", hex(ALL, A, "8035", "0001080006040003", A, IP1, "000000000000", IP2));
        all.put("tcp6", ip6(6, ports(40000, 443)));
        all.put("udp6", ip6(17, ports(53, 5353)));
        all.put("icmp6", ip6(58, "8700000000000000" + SIX2));
        all.put("fragment of udp6", ip6(44, "1100000000000001" + ports(53, 53)));
        all.put("fragment of icmp6", ip6(44, "3a00000000000001" + ports(53, 53)));
        all.put("hop by hop then tcp6", ip6(0, "0600010400000000" + ports(1, 80)));
        all.put("to a group", hex(GROUP, A, "88b5"));
        all.put("to all", hex(ALL, B, "88b5"));
        all.put("llc", hex("0180c2000000", B, "0026424203"));
        all.replaceAll((_, frame) -> padded(frame, Math.max(60, frame.length)));
        all.put("long", padded(ip(IP2, IP1, 17, 0, ports(1000, 2000)), 1514));
        return all;
    }

    /// The same in VLAN 10, and some of other tags.
    static Map<String, byte[]> tagged() {
        final Map<String, byte[]> all = new LinkedHashMap<>();
        untagged().forEach((name, frame) -> all.put(name + " in 10", tagged(frame, 0x8100, 0x600a)));
        all.put("tcp in 20", tagged(untagged().get("tcp"), 0x8100, 20));
        all.put("tcp in 30 of the provider", tagged(untagged().get("tcp"), 0x88a8, 30));
        all.put("tcp in 40, old", tagged(untagged().get("tcp"), 0x9100, 40));
        return all;
    }
}
