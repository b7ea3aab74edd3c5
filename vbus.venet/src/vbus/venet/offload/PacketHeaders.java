// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import static vbus.venet.offload.PacketLayout.*;

import java.lang.foreign.MemorySegment;

/// Where the headers of one TCP or UDP packet begin, as the packet's own bytes say it.
///
/// The bytes come from a hostile guest, so each length is checked against what is left before it is used. The segment has to be a
/// private copy: it is read more than once. Reused: [#parse] sets all fields.
/// Threads: one. Allocates nothing.
final class PacketHeaders {

    /// The most bytes before the payload. Each segment repeats them: this stops a guest from having 64 KiB of extension headers
    /// written out thousands of times. Two tags, IPv6 and a full TCP header leave 390 bytes for extension headers.
    static final int MAX_BYTES = 512;

    private static final int MAX_TAGS = 2;

    /// Where the IP header begins.
    int network;
    /// Where the TCP or UDP header begins.
    int transport;
    /// Where its payload begins.
    int payload;
    /// Where the IP packet ends; behind it may be padding.
    int end;
    /// Whether it is IPv6.
    boolean six;
    /// Where the number of that protocol is: in the IP header or in the last extension header.
    int protocolAt;
    /// TCP or UDP.
    int protocol;

    /// Finds the headers of a frame. 0, or the code of [Flaw#BAD_HEADER] or [Flaw#WRONG_PROTOCOL], which is for what is neither TCP
    /// nor UDP; then the fields mean nothing.
    int parse(MemorySegment frame, int length) {
        int type = TYPE_AT;
        for (int tags = 0; type + Short.BYTES <= length && isTag(u16(frame, type)); tags++) {
            if (tags == MAX_TAGS) {
                return Flaw.BAD_HEADER.code;
            }
            type += TAG_BYTES;
        }
        network = type + Short.BYTES;
        if (network > length) {
            return Flaw.BAD_HEADER.code;
        }
        final int flaw = switch (u16(frame, type)) {
            case TYPE_IP4 -> four(frame, length);
            case TYPE_IP6 -> six(frame, length);
            default -> Flaw.WRONG_PROTOCOL.code;
        };
        return flaw < 0 ? flaw : transport(frame);
    }

    private static boolean isTag(int type) {
        return type == TYPE_TAG || type == TYPE_SERVICE_TAG;
    }

    private int four(MemorySegment frame, int length) {
        six = false;
        if (network + IP4_BYTES > length) {
            return Flaw.BAD_HEADER.code;
        }
        final int versionAndWords = u8(frame, network);
        final int bytes = (versionAndWords & 0xf) * 4;
        final int total = u16(frame, network + IP4_TOTAL_AT);
        if (versionAndWords >>> 4 != 4 || bytes < IP4_BYTES || total < bytes || network + total > length) {
            return Flaw.BAD_HEADER.code;
        }
        if ((u16(frame, network + IP4_FRAGMENT_AT) & IP4_FRAGMENT) != 0) {
            return Flaw.BAD_HEADER.code; // a part of a packet has no length of its own to cut by
        }
        transport = network + bytes;
        end = network + total;
        protocolAt = network + IP4_PROTOCOL_AT;
        protocol = u8(frame, protocolAt);
        return 0;
    }

    private int six(MemorySegment frame, int length) {
        six = true;
        if (network + IP6_BYTES > length || u8(frame, network) >>> 4 != 6) {
            return Flaw.BAD_HEADER.code;
        }
        transport = network + IP6_BYTES;
        end = transport + u16(frame, network + IP6_PAYLOAD_AT);
        protocolAt = network + IP6_NEXT_AT;
        protocol = u8(frame, protocolAt);
        if (end > length) {
            return Flaw.BAD_HEADER.code;
        }
        while (protocol == HOP_BY_HOP || protocol == ROUTING || protocol == DESTINATION_OPTIONS) { // each step is 8 bytes or more
            if (transport + EXTENSION_UNIT > end) {
                return Flaw.BAD_HEADER.code;
            }
            protocolAt = transport;
            protocol = u8(frame, protocolAt);
            transport += EXTENSION_UNIT + EXTENSION_UNIT * u8(frame, transport + EXTENSION_LENGTH_AT);
            if (transport > end) {
                return Flaw.BAD_HEADER.code;
            }
        }
        return 0;
    }

    private int transport(MemorySegment frame) {
        if (protocol != TCP && protocol != UDP) {
            return Flaw.WRONG_PROTOCOL.code;
        }
        final int least = protocol == TCP ? TCP_BYTES : UDP_BYTES;
        if (transport + least > end) {
            return Flaw.BAD_HEADER.code;
        }
        final int bytes = protocol == TCP ? (u8(frame, transport + TCP_WORDS_AT) >>> 4) * 4 : UDP_BYTES;
        payload = transport + bytes;
        return bytes < least || payload > end || payload > MAX_BYTES ? Flaw.BAD_HEADER.code : 0;
    }
}
