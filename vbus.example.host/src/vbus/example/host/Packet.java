// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Where the fields of ethernet, ARP, IPv4 and ICMP are, and how to read, write and sum them.
///
/// ```
///   ethernet 14: destination 6 | source 6 | type 2
///   ARP 28:      hardware 2 | protocol 2 | lengths 1 1 | operation 2 | sender MAC 6, IP 4 | target MAC 6, IP 4
///   IPv4 20:     version, length 1 | service 1 | total length 2 | id 2 | fragment 2 | ttl 1 | protocol 1 | sum 2
///                source 4 | destination 4
///   ICMP echo 8: type 1 | code 1 | sum 2 | identifier 2 | sequence 2
/// ```
/// Big-endian. @spec IEEE 802.3; RFC 826 (ARP); RFC 791 (IPv4); RFC 792 (ICMP)
final class Packet {

    static final int ETHERNET_BYTES = 14;
    static final int SOURCE_AT = 6;
    static final int TYPE_AT = 12;
    static final int TYPE_ARP = 0x0806;
    static final int TYPE_IPV4 = 0x0800;

    static final int ARP_BYTES = 28;
    static final int ARP_HEAD_AT = ETHERNET_BYTES;
    static final int ARP_OPERATION_AT = ETHERNET_BYTES + 6;
    static final int ARP_SENDER_MAC_AT = ETHERNET_BYTES + 8;
    static final int ARP_SENDER_AT = ETHERNET_BYTES + 14;
    static final int ARP_TARGET_MAC_AT = ETHERNET_BYTES + 18;
    static final int ARP_TARGET_AT = ETHERNET_BYTES + 24;

    /// Ethernet, IPv4, 6 and 4 bytes: the first six bytes of each ARP packet that we speak.
    static final long ARP_HEAD = 0x0001_0800_0604L;
    static final int ARP_REQUEST = 1;
    static final int ARP_REPLY = 2;

    static final int IP_BYTES = 20;
    static final int IP_AT = ETHERNET_BYTES;
    static final int IP_LENGTH_AT = IP_AT + 2;
    static final int IP_FRAGMENT_AT = IP_AT + 6;
    static final int IP_TTL_AT = IP_AT + 8;
    static final int IP_PROTOCOL_AT = IP_AT + 9;
    static final int IP_SUM_AT = IP_AT + 10;
    static final int IP_SOURCE_AT = IP_AT + 12;
    static final int IP_DESTINATION_AT = IP_AT + 16;
    static final int PROTOCOL_ICMP = 1;

    /// Version 4 and a header of five words: options are rare, and this host knows none.
    static final int IP_VERSION_AND_LENGTH = 0x45;

    static final int ICMP_BYTES = 8;
    static final int ICMP_AT = IP_AT + IP_BYTES;
    static final int ICMP_SUM_AT = ICMP_AT + 2;
    static final int ICMP_IDENTIFIER_AT = ICMP_AT + 4;
    static final int ICMP_SEQUENCE_AT = ICMP_AT + 6;
    static final int ECHO_REQUEST = 8;
    static final int ECHO_REPLY = 0;

    static final long BROADCAST = 0xffff_ffff_ffffL;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Packet() { }

    static int u8(MemorySegment s, long at) {
        return s.get(JAVA_BYTE, at) & 0xff;
    }

    static int u16(MemorySegment s, long at) {
        return s.get(SHORT, at) & 0xffff;
    }

    static int i32(MemorySegment s, long at) {
        return s.get(INT, at);
    }

    /// Six bytes: a MAC address.
    static long u48(MemorySegment s, long at) {
        return (long) u16(s, at) << 32 | i32(s, at + 2) & 0xffff_ffffL;
    }

    static void u8(MemorySegment s, long at, int value) {
        s.set(JAVA_BYTE, at, (byte) value);
    }

    static void u16(MemorySegment s, long at, int value) {
        s.set(SHORT, at, (short) value);
    }

    static void i32(MemorySegment s, long at, int value) {
        s.set(INT, at, value);
    }

    static void u48(MemorySegment s, long at, long value) {
        u16(s, at, (int) (value >>> 32));
        i32(s, at + 2, (int) value);
    }

    static void ethernet(MemorySegment s, long destination, long source, int type) {
        u48(s, 0, destination);
        u48(s, SOURCE_AT, source);
        u16(s, TYPE_AT, type);
    }

    /// The Internet checksum; 0 over bytes that hold a right one. @spec RFC 1071
    static int sum(MemorySegment s, long at, int bytes) {
        long sum = 0;
        for (int i = 0; i + 1 < bytes; i += 2) {
            sum += u16(s, at + i);
        }
        if ((bytes & 1) != 0) {
            sum += (long) u8(s, at + bytes - 1) << 8;
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) ~sum & 0xffff;
    }
}
