// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// MAC addresses as the lower 48 bits of a long, first byte on the wire highest. @spec IEEE 802-2014, 8
final class Mac {

    /// Set in an address of a group: multicast or broadcast. @spec IEEE 802-2014, 8.2.2: I/G bit
    static final long GROUP = 1L << 40;

    /// To all stations.
    static final long BROADCAST = 0xffff_ffff_ffffL;

    /// First three bytes of the addresses that a switch gives away: locally administered, then "vb".
    static final long PREFIX = 0x02_76_62L << 24;

    /// The bytes that differ between the addresses given away.
    static final long SUFFIX_MASK = 0xff_ff_ff;

    private static final long RESERVED = 0x0180_c200_0000L;

    private Mac() { }

    /// The address that a name deserves: the same one each time.
    static long of(String name) {
        final int hash = name.hashCode(); // of a string it is specified, so it is the same in every JVM
        return PREFIX | (hash ^ hash >>> 24) & SUFFIX_MASK;
    }

    /// The next one, for when an address is taken.
    static long next(long mac) {
        return PREFIX | mac + 1 & SUFFIX_MASK;
    }

    /// Writes the six bytes at the segment's start.
    static void write(long mac, MemorySegment to) {
        for (int i = 0; i < 6; i++) {
            to.set(ValueLayout.JAVA_BYTE, i, (byte) (mac >>> 40 - 8 * i));
        }
    }

    /// True for what a bridge does not forward, as it is meant for the bridge itself: 01-80-C2-00-00-01 to -0F. The first of the block, of
    /// spanning trees, goes through: a switch without them that dropped it would hide loops. @spec IEEE 802.1Q-2022, table 8-1
    static boolean isReserved(long mac) {
        return mac > RESERVED && mac <= RESERVED + 0xf;
    }

    /// As people write it: `02:00:00:00:00:01`, with `-` as well. Errors: IllegalArgumentException.
    static long parse(String text) {
        if (!text.matches("(\\p{XDigit}{2}[:-]){5}\\p{XDigit}{2}")) {
            throw new IllegalArgumentException("MAC address '%s': want six bytes as 02:00:00:00:00:01".formatted(text));
        }
        return Long.parseLong(text.replaceAll("[:-]", ""), 16);
    }

    /// As people write it.
    static String text(long mac) {
        final StringBuilder text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            text.append("%02x".formatted(mac >>> shift & 0xff)).append(shift > 0 ? ":" : "");
        }
        return text.toString();
    }
}
