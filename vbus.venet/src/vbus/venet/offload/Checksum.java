// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import static vbus.venet.offload.PacketLayout.IP4_SOURCE_AT;
import static vbus.venet.offload.PacketLayout.IP6_SOURCE_AT;
import static vbus.venet.offload.PacketLayout.U16;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The checksum of IP, TCP and UDP: the complement of the sum, in ones' complement, of 16-bit words in network order.
///
/// Sums here are folded to 0..0xffff and not complemented, so that they can be added: `fold(a + b)`. The sum does not depend on the
/// byte order in which it is made, but for a swap of the result; so words are read 8 bytes at a time in the machine's own order.
///
/// Units: bytes. Errors: the range has to be inside the segment, else IndexOutOfBoundsException.
/// Threads: any. Allocates nothing.
/// @spec RFC 1071; RFC 1624 for sums that are adjusted
public final class Checksum {

    /// What UDP writes in place of a checksum of 0, which would mean that there is none. @spec RFC 768
    static final int MANGLED_ZERO = 0xffff;

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final boolean SWAPPED = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final long LOW = 0xffff_ffffL;
    private static final int IP4_ADDRESSES = 2 * 4;
    private static final int IP6_ADDRESSES = 2 * 16;

    private Checksum() { }

    /// The sum of `length` bytes from `from` on, at most 2 GiB of them. The last byte of an odd length counts as the high half of a word.
    public static int sum(MemorySegment bytes, long from, int length) {
        final int words = length >>> 3;
        long sum = 0; // of halves of 32 bits: not so many that they carry out of 64
        for (int i = 0; i < words; i++) { // the simplest loop, which the JVM makes vectors of
            final long word = bytes.get(WORD, from + i * 8L);
            sum += (word & LOW) + (word >>> 32);
        }
        final int folded = fold(sum);
        final int ordered = SWAPPED ? Short.toUnsignedInt(Short.reverseBytes((short) folded)) : folded;
        return fold((long) ordered + rest(bytes, from + words * 8L, length & 7));
    }

    /// The sum of fewer than 8 bytes, not folded.
    private static int rest(MemorySegment bytes, long from, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            final int b = Byte.toUnsignedInt(bytes.get(BYTE, from + i));
            sum += (i & 1) == 0 ? b << 8 : b;
        }
        return sum;
    }

    /// Folds a sum, taken as unsigned, to 16 bits: carries come in again at the bottom.
    public static int fold(long sum) {
        long s = (sum & LOW) + (sum >>> 32);
        s = (s & 0xffff) + (s >>> 16); // up to 33 bits
        s = (s & 0xffff) + (s >>> 16);
        return (int) ((s & 0xffff) + (s >>> 16));
    }

    /// The sum of IPv4's pseudo header: addresses, protocol, length of the TCP or UDP packet. @spec RFC 793, 3.1
    ///
    /// @param ip where the IP header begins
    public static int pseudo4(MemorySegment packet, long ip, int protocol, int length) {
        return fold((long) sum(packet, ip + IP4_SOURCE_AT, IP4_ADDRESSES) + protocol + fold(length));
    }

    /// The sum of IPv6's pseudo header, with the addresses of the fixed header. @spec RFC 8200, 8.1
    ///
    /// @param ip where the IP header begins
    public static int pseudo6(MemorySegment packet, long ip, int protocol, int length) {
        return fold((long) sum(packet, ip + IP6_SOURCE_AT, IP6_ADDRESSES) + protocol + fold(length));
    }

    /// Completes a checksum in place: the sum from `start` to the frame's end, where the field itself holds the pseudo header's sum.
    /// A result of 0 becomes 0xffff, which is the same number and, for UDP, not "none".
    ///
    /// @param length bytes of the frame, which begins with the segment
    /// @return 0, or the code of [Flaw#CHECKSUM_OUTSIDE]; then nothing is written
    /// @spec Linux: skb_checksum_help for CHECKSUM_PARTIAL
    public static int complete(MemorySegment frame, int length, int start, int offset) {
        final int flaw = FrameCheck.checksum(length, start, offset);
        if (flaw == 0) {
            frame.set(U16, start + offset, (short) completed(frame, length, start));
        }
        return flaw;
    }

    /// The checksum that belongs into a frame whose field holds the pseudo header's sum.
    static int completed(MemorySegment frame, int length, int start) {
        return orMangled(~sum(frame, start, length - start) & 0xffff);
    }

    static int orMangled(int checksum) {
        return checksum == 0 ? MANGLED_ZERO : checksum;
    }
}
