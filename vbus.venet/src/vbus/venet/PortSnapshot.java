// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.stream.LongStream;
import vbus.api.Status;
import vbus.api.VbusException;

/// What a port leaves for the next version of this bundle: bytes without classes.
///
/// ```
///   0         1           2        8             16        18                 ..        + 2
///   +---------+-----------+--------+-------------+---------+------------------+---------+-----------------+
///   | format  | flags     | MAC    | accepted    | count   | counters, u64    | count   | addresses heard |
///   | 1 or 2  | 1 link up | 6 bytes| features u64| c u16   | each             | a u16   | 6 bytes each    |
///   +---------+-----------+--------+-------------+---------+------------------+---------+-----------------+
///   format 2 has more behind them: count w u16, at least 1, and words of the ABI's own, u64 each
/// ```
/// Flag 2 says that addresses have 8 bytes each, of which the first two are the VLAN: when one of them is in a VLAN.
/// Big-endian. Format 1 is written when there are no words, so that an older version goes on from it. The time of the addresses is
/// not kept: a resumed port counts as having just heard of them. The number of
/// counters may differ between versions; anything else that changes asks for another format number.
///
/// @param up the link is up, or goes up as soon as the rings are back
/// @param mac of the guest
/// @param features that a virtio driver accepted; for `virtual-ethernet` see [Capabilities] and [VirtualEthernetPort]
/// @param counters see [Counters#values]
/// @param addresses of stations heard at this port, each [MacTable#station]
/// @param words events that wait for a place, see [EventQueue#words]
record PortSnapshot(boolean up, long mac, long features, long[] counters, long[] addresses, long[] words) {

    /// Format of the bytes.
    static final int FORMAT = 1;

    /// Format with words.
    static final int FORMAT_WITH_WORDS = 2;

    /// The most addresses that a snapshot carries; what is left out is learned again. It bounds what the bus has to keep.
    static final int MAX_ADDRESSES = 1024;

    private static final int MAX_COUNTERS = 256;
    private static final int UP = 1;
    private static final int WITH_VLANS = 2;
    private static final int MAX_WORDS = 8192;

    byte[] bytes() {
        final boolean vlans = LongStream.of(addresses).anyMatch(a -> MacTable.vlan(a) != 0);
        final int more = words.length == 0 ? 0 : 2 + 8 * words.length;
        final ByteBuffer b = ByteBuffer.allocate(20 + 8 * counters.length + (vlans ? 8 : 6) * addresses.length + more);
        b.put((byte) (more == 0 ? FORMAT : FORMAT_WITH_WORDS)).put((byte) ((up ? UP : 0) | (vlans ? WITH_VLANS : 0)));
        putMac(b, mac);
        b.putLong(features).putShort((short) counters.length);
        for (long counter : counters) {
            b.putLong(counter);
        }
        b.putShort((short) addresses.length);
        for (long address : addresses) {
            if (vlans) {
                b.putShort((short) MacTable.vlan(address));
            }
            putMac(b, MacTable.mac(address));
        }
        if (more > 0) {
            b.putShort((short) words.length);
            for (long word : words) {
                b.putLong(word);
            }
        }
        return b.array();
    }

    /// Reads what a version of this bundle wrote.
    /// Errors: VbusException INVALID for another format, or bytes that end too early or too late.
    static PortSnapshot of(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != FORMAT && bytes[0] != FORMAT_WITH_WORDS) {
            throw invalid("port snapshot of format %s: want format %d or %d"
                .formatted(bytes.length == 0 ? "'none'" : String.valueOf(bytes[0] & 0xff), FORMAT, FORMAT_WITH_WORDS));
        }
        final ByteBuffer b = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        try {
            final PortSnapshot snapshot = read(b, bytes[0] == FORMAT_WITH_WORDS);
            if (b.hasRemaining()) {
                throw invalid("port snapshot of %d bytes: want %d".formatted(bytes.length, b.position()));
            }
            return snapshot;
        } catch (BufferUnderflowException e) {
            throw invalid("port snapshot is truncated: %d bytes are not all of it".formatted(bytes.length));
        }
    }

    private static PortSnapshot read(ByteBuffer b, boolean withWords) {
        final int flags = b.get();
        final long mac = getMac(b);
        final long features = b.getLong();
        final long[] counters = new long[count(b, MAX_COUNTERS, "counters")];
        for (int i = 0; i < counters.length; i++) {
            counters[i] = b.getLong();
        }
        final long[] addresses = new long[count(b, MAX_ADDRESSES, "addresses")];
        for (int i = 0; i < addresses.length; i++) {
            final int vlan = (flags & WITH_VLANS) == 0 ? VlanRules.UNAWARE : vlan(b.getShort() & 0xffff);
            addresses[i] = MacTable.station(vlan, getMac(b));
        }
        final long[] words = new long[withWords ? count(b, MAX_WORDS, "words") : 0];
        if (withWords && words.length == 0) {
            throw invalid("port snapshot of format %d with 0 words: want at least 1".formatted(FORMAT_WITH_WORDS));
        }
        for (int i = 0; i < words.length; i++) {
            words[i] = b.getLong();
        }
        return new PortSnapshot((flags & UP) != 0, mac, features, counters, addresses, words);
    }

    private static int vlan(int vlan) {
        if (vlan > VlanRules.MOST_VLAN) {
            throw invalid("port snapshot with VLAN %d: want at most %d".formatted(vlan, VlanRules.MOST_VLAN));
        }
        return vlan;
    }

    private static int count(ByteBuffer b, int most, String what) {
        final int count = b.getShort() & 0xffff;
        if (count > most) {
            throw invalid("port snapshot with %d %s: want at most %d".formatted(count, what, most));
        }
        return count;
    }

    private static void putMac(ByteBuffer b, long mac) {
        b.putShort((short) (mac >>> 32)).putInt((int) mac);
    }

    private static long getMac(ByteBuffer b) {
        return (b.getShort() & 0xffffL) << 32 | b.getInt() & 0xffffffffL;
    }

    private static VbusException invalid(String message) {
        return new VbusException(Status.INVALID, message);
    }
}
