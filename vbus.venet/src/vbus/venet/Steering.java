// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.lang.foreign.MemorySegment;
import vbus.venet.protocol.VirtualEthernet;

/// Which queue pair of a receiver gets a frame.
///
/// ```
///   n pairs   [ low: 0 .. n-h-1                  ][ high: n-h .. n-1 ]     h = 1 below 4 pairs, a quarter of them from then on
///               classes 0 to 3, and no tag         classes 4 to 7
///   in each   Toeplitz hash of addresses and ports ─▶ table of 128 ─▶ pair
/// ```
/// So a flow keeps its queue and its order, and no frame of a high class waits behind, or is lost for, one of a low class. The class is
/// the priority of the frame's IEEE 802.1Q tag. What has no IP addresses hashes to 0; ports are looked at in TCP and UDP that is
/// no fragment. A receiver of one pair has nothing looked at.
///
/// Threads: the lane's. Allocates nothing after construction.
/// @spec Microsoft: RSS hashing functions, NdisHashFunctionToeplitz; IEEE 802.1Q, 6.9.3: priority code point
final class Steering {

    private static final int ENTRIES = 128;
    private static final int FIRST_HIGH_CLASS = 4;
    private static final int MOST_READ = 14 + 4 + 60 + 4; // tagged IPv4 with all options, or IPv6, and ports
    private static final int TYPE_AT = 12;
    private static final int IP4 = 0x0800;
    private static final int IP6 = 0x86dd;
    private static final int TCP = 6;
    private static final int UDP = 17;

    private final ToeplitzHash hash = new ToeplitzHash();
    private final byte[] head = new byte[MOST_READ];
    private final MemorySegment bytes = MemorySegment.ofArray(head);
    private final byte[] input = new byte[ToeplitzHash.MOST_BYTES];
    private final byte[][] table = new byte[VirtualEthernet.MAX_PAIRS + 1][ENTRIES];

    Steering() {
        for (int pairs = 1; pairs < table.length; pairs++) {
            for (int i = 0; i < ENTRIES; i++) {
                table[pairs][i] = (byte) (i % pairs);
            }
        }
    }

    /// How many of so many pairs, the last ones, are for classes 4 to 7.
    static int highPairs(int pairs) {
        return pairs == 1 ? 0 : Math.max(1, pairs / 4);
    }

    /// The number of the pair, of `pairs`, for frame `i`.
    int pair(FrameBurst frames, int i, int pairs) {
        if (pairs == 1) {
            return 0;
        }
        final int all = Math.min(pairs, VirtualEthernet.MAX_PAIRS);
        final int high = highPairs(all);
        final int low = all - high;
        final boolean isHigh = frames.tag[i] != FrameBurst.UNTAGGED && frames.tag[i] >>> 13 >= FIRST_HIGH_CLASS;
        final int among = isHigh ? high : low;
        final int first = isHigh ? low : 0;
        return among == 1 ? first : first + table[among][hash(frames, i) & ENTRIES - 1];
    }

    /// The frame's hash, from a private copy of its headers.
    private int hash(FrameBurst frames, int i) {
        final int length = Math.min(frames.length[i], MOST_READ);
        frames.bytes.read(i, frames.at[i], bytes, 0, length);
        final int type = frames.tag[i] == FrameBurst.UNTAGGED ? TYPE_AT : TYPE_AT + 4;
        final int ip = type + 2;
        if (length < ip + 20) {
            return 0;
        }
        return switch (u16(type)) {
            case IP4 -> hash4(ip, length);
            case IP6 -> hash6(ip, length);
            default -> 0;
        };
    }

    private int hash4(int ip, int length) {
        System.arraycopy(head, ip + 12, input, 0, 8);
        final int transport = ip + (head[ip] & 0xf) * 4;
        final boolean whole = (u16(ip + 6) & 0x3fff) == 0;
        return hash.of(input, 8 + (whole ? ports(head[ip + 9], transport, length, 8) : 0));
    }

    private int hash6(int ip, int length) {
        if (length < ip + 40) {
            return 0;
        }
        System.arraycopy(head, ip + 8, input, 0, 32);
        return hash.of(input, 32 + ports(head[ip + 6], ip + 40, length, 32));
    }

    /// Bytes of ports that were added.
    private int ports(int protocol, int at, int length, int to) {
        if (protocol != TCP && protocol != UDP || at + 4 > length) {
            return 0;
        }
        System.arraycopy(head, at, input, to, 4);
        return 4;
    }

    private int u16(int at) {
        return (head[at] & 0xff) << 8 | head[at + 1] & 0xff;
    }
}
