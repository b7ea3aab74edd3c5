// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Where the fields of a packet are. All numbers are in network order.
///
/// ```
///  Ethernet            0 destination[6]   6 source[6]   12 type u16      with tags: {0x8100 or 0x88a8 u16, tag u16} before the type
///  IPv4                0 version u4, words u4   2 total u16   4 id u16   6 flags u3, offset u13   9 protocol u8   10 checksum u16
///                      12 source[4]   16 destination[4]   20 options
///  IPv6                0 version u4 ...   4 payload u16   6 next u8   8 source[16]   24 destination[16]
///    extension header  0 next u8   1 units of 8 bytes after the first u8
///    fragment header   0 next u8   2 offset u13, 2 bits, more u1   4 id u32
///  TCP                 4 sequence u32   12 words u4, 4 bits   13 CWR ECE URG ACK PSH RST SYN FIN   16 checksum u16   20 options
///  UDP                 4 length u16   6 checksum u16
/// ```
/// @spec IEEE 802.3, 802.1Q; RFC 791; RFC 8200; RFC 9293; RFC 768
final class PacketLayout {

    static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    static final int ETHERNET_BYTES = 14;
    static final int TYPE_AT = 12;
    static final int TAG_BYTES = 4;
    static final int TYPE_IP4 = 0x0800;
    static final int TYPE_IP6 = 0x86dd;
    static final int TYPE_TAG = 0x8100;
    static final int TYPE_SERVICE_TAG = 0x88a8;

    static final int IP4_BYTES = 20;
    static final int IP4_TOTAL_AT = 2;
    static final int IP4_ID_AT = 4;
    static final int IP4_FRAGMENT_AT = 6;
    static final int IP4_PROTOCOL_AT = 9;
    static final int IP4_CHECKSUM_AT = 10;
    static final int IP4_SOURCE_AT = 12;
    static final int IP4_MORE = 0x2000;
    static final int IP4_FRAGMENT = 0x3fff; // more fragments, or an offset

    static final int IP6_BYTES = 40;
    static final int IP6_PAYLOAD_AT = 4;
    static final int IP6_NEXT_AT = 6;
    static final int IP6_SOURCE_AT = 8;
    static final int EXTENSION_LENGTH_AT = 1;
    static final int EXTENSION_UNIT = 8;
    static final int HOP_BY_HOP = 0;
    static final int ROUTING = 43;
    static final int DESTINATION_OPTIONS = 60;

    static final int FRAGMENT = 44;
    static final int FRAGMENT_BYTES = 8;
    static final int FRAGMENT_OFFSET_AT = 2;
    static final int FRAGMENT_ID_AT = 4;
    static final int FRAGMENT_MORE = 1;

    static final int TCP = 6;
    static final int TCP_BYTES = 20;
    static final int TCP_SEQUENCE_AT = 4;
    static final int TCP_WORDS_AT = 12;
    static final int TCP_FLAGS_AT = 13;
    static final int TCP_CHECKSUM_AT = 16;
    static final int TCP_FIN = 0x01;
    static final int TCP_PSH = 0x08;
    static final int TCP_CWR = 0x80;

    static final int UDP = 17;
    static final int UDP_BYTES = 8;
    static final int UDP_LENGTH_AT = 4;
    static final int UDP_CHECKSUM_AT = 6;

    private PacketLayout() { }

    static int u8(MemorySegment bytes, long at) {
        return Byte.toUnsignedInt(bytes.get(U8, at));
    }

    static int u16(MemorySegment bytes, long at) {
        return Short.toUnsignedInt(bytes.get(U16, at));
    }

    static void u16(MemorySegment bytes, long at, int value) {
        bytes.set(U16, at, (short) value);
    }
}
