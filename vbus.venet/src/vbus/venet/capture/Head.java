// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import vbus.shm.Burst;

/// The first bytes of a frame, read once from the guest's memory, and where what is in them.
///
/// ```
///   0 destination   6 source   12 tags of 4 bytes, up to 4   then EtherType   network: its header   transport: ports
/// ```
/// Nothing of it is trusted: what a frame claims and does not have is not there. @spec IEEE 802.3, IEEE 802.1Q, RFC 791, RFC 8200
/// Threads: the lane's. Allocates nothing after construction.
final class Head {

    /// Up to the ports behind 4 tags and the longest IPv4 header.
    static final int BYTES = 128;

    static final int TAG_BYTES = 4;
    static final int IP = 0x0800;
    static final int ARP = 0x0806;
    static final int RARP = 0x8035;
    static final int IP6 = 0x86dd;
    static final int FRAGMENT = 44;
    static final int IP6_BYTES = 40;
    private static final int MAX_TAGS = 4;
    private static final int TAGS_AT = 12;
    private static final int C_TAG = 0x8100;
    private static final int S_TAG = 0x88a8;
    private static final int OLD_S_TAG = 0x9100;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment bytes = Arena.ofAuto().allocate(BYTES, Long.BYTES);
    private int held;
    private int length;
    private boolean decoded;
    private int tags;
    private int type;
    private int network;
    private int protocol;
    private int transport;

    /// Reads the first bytes of a frame in the readable part of a chain, and inserts a VLAN tag unless `tci` is negative.
    /// The result is how many bytes of the frame are here.
    int read(Burst burst, int chain, long at, int lengthBytes, int tci) {
        final int inserted = begin(lengthBytes, tci);
        final int n = held - inserted;
        if (inserted == 0) {
            burst.read(chain, at, bytes, 0, n);
        } else {
            burst.read(chain, at, bytes, 0, TAGS_AT);
            burst.read(chain, at + TAGS_AT, bytes, TAGS_AT + TAG_BYTES, n - TAGS_AT);
        }
        return n;
    }

    /// The same for a frame in memory of our own.
    int read(MemorySegment frame, long at, int lengthBytes, int tci) {
        final int inserted = begin(lengthBytes, tci);
        final int n = held - inserted;
        if (inserted == 0) {
            MemorySegment.copy(frame, at, bytes, 0, n);
        } else {
            MemorySegment.copy(frame, at, bytes, 0, TAGS_AT);
            MemorySegment.copy(frame, at + TAGS_AT, bytes, TAGS_AT + TAG_BYTES, n - TAGS_AT);
        }
        return n;
    }

    /// The same for a frame that begins with up to [#BYTES] bytes of our own and goes on in a chain.
    int read(MemorySegment first, int firstBytes, Burst burst, int chain, long at, int restBytes) {
        begin(firstBytes + restBytes, -1);
        final int n = held - firstBytes;
        MemorySegment.copy(first, 0, bytes, 0, firstBytes);
        burst.read(chain, at, bytes, firstBytes, n);
        return n;
    }

    private int begin(int lengthBytes, int tci) {
        final int inserted = tci >= 0 && lengthBytes >= TAGS_AT ? TAG_BYTES : 0;
        length = lengthBytes + inserted;
        held = Math.min(length, BYTES);
        decoded = false;
        if (inserted > 0) {
            bytes.set(SHORT, TAGS_AT, (short) C_TAG);
            bytes.set(SHORT, TAGS_AT + 2, (short) tci);
        }
        return inserted;
    }

    /// Bytes of the frame, with the tag that was inserted.
    int length() {
        return length;
    }

    /// How many of them are here.
    int held() {
        return held;
    }

    void copyTo(MemorySegment to, long at, int n) {
        MemorySegment.copy(bytes, 0, to, at, n);
    }

    // ---- for filters; -1 is what is not there

    /// The EtherType behind the tags.
    int type() {
        decode();
        return type;
    }

    /// Number of tags, up to 4.
    int tags() {
        decode();
        return tags;
    }

    /// The VLAN of a tag, the outermost first.
    int vlan(int tag) {
        return u16(TAGS_AT + TAG_BYTES * tag + 2) & 0xfff;
    }

    /// Where the header behind the EtherType begins.
    int network() {
        decode();
        return network;
    }

    /// What IPv4 or IPv6 says that its payload is.
    int protocol() {
        decode();
        return protocol;
    }

    /// Where the payload of IPv4 or IPv6 begins; -1 for a later fragment, and behind an extension header.
    int transport() {
        decode();
        return transport;
    }

    int u8(int at) {
        return has(at, 1) ? bytes.get(ValueLayout.JAVA_BYTE, at) & 0xff : -1;
    }

    int u16(int at) {
        return has(at, 2) ? bytes.get(SHORT, at) & 0xffff : -1;
    }

    /// True when these four bytes are there and are that number.
    boolean is(int at, int value) {
        return has(at, 4) && bytes.get(INT, at) == value;
    }

    /// True when these 16 bytes are there and are those two numbers.
    boolean is(int at, long high, long low) {
        return has(at, 16) && bytes.get(LONG, at) == high && bytes.get(LONG, at + 8) == low;
    }

    /// An address of six bytes; -1 when it is not there.
    long mac(int at) {
        return has(at, 6) ? (long) u16(at) << 32 | bytes.get(INT, at + 2) & 0xffff_ffffL : -1;
    }

    private boolean has(int at, int n) {
        return at >= 0 && at <= held - n;
    }

    private void decode() {
        if (decoded) {
            return;
        }
        decoded = true;
        tags = 0;
        int at = TAGS_AT;
        type = u16(at);
        while (tags < MAX_TAGS && (type == C_TAG || type == S_TAG || type == OLD_S_TAG)) {
            tags++;
            at += TAG_BYTES;
            type = u16(at);
        }
        network = at + 2;
        protocol = -1;
        transport = -1;
        if (type == IP) {
            protocol = u8(network + 9);
            final boolean first = (u16(network + 6) & 0x1fff) == 0; // @spec RFC 791, 3.1: fragment offset
            transport = first ? network + 4 * (u8(network) & 0xf) : -1;
        } else if (type == IP6) {
            protocol = u8(network + 6);
            transport = network + IP6_BYTES;
        }
    }
}
