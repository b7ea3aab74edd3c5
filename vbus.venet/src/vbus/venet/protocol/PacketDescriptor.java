// SPDX-License-Identifier: Apache-2.0
package vbus.venet.protocol;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Bytes of the descriptor of a packet in pieces, little-endian: on a transmit ring with SG, on a receive ring with L4RO.
///
/// ```
///   0               8         12        16          18           20        21    22           24        26    28        32
///   +---------------+---------+---------+-----------+------------+---------+-----+------------+---------+-----+---------+
///   | cookie u64    | flags   | total   | checksum  | checksum   | gso     | pad | header     | segment | pad | pieces  |
///   |               | u32     | u32     | start u16 | offset u16 | type u8 |     | length u16 | u16     |     | u32     |
///   +---------------+---------+---------+-----------+------------+---------+-----+------------+---------+-----+---------+
///  32 + 16n: piece n    0 length u32    4 pad    8 address u64
/// ```
/// On a transmit ring the guest writes all of it. On a receive ring it writes the first piece, a buffer of its own, and the number of
/// pieces that the descriptor has room for is its length; the device writes the rest: total 0 for a descriptor that comes back unused,
/// and for the further pieces the cookies of the page ring in place of the addresses.
///
/// Units: bytes; positions count from the packet's first byte.
/// @spec AlacrityVM venet.h: struct venet_sg, venet_iov
public final class PacketDescriptor {

    /// The guest's word for the packet, which comes back in the event of its completion.
    public static final int COOKIE_AT = 0;
    /// Flags: [#NEEDS_CSUM], [#GSO], [#ECN].
    public static final int FLAGS_AT = 8;
    /// Bytes of the packet.
    public static final int TOTAL_AT = 12;
    /// Where begins what is summed.
    public static final int CHECKSUM_START_AT = 16;
    /// Where the sum is, from there.
    public static final int CHECKSUM_OFFSET_AT = 18;
    /// The kind of segmentation, with [#GSO].
    public static final int GSO_TYPE_AT = 20;
    /// Bytes of all headers, with [#GSO].
    public static final int HEADER_LENGTH_AT = 22;
    /// Payload of a segment, with [#GSO].
    public static final int SEGMENT_AT = 24;
    /// Number of pieces.
    public static final int PIECES_AT = 28;
    /// Bytes before the first piece.
    public static final int HEAD_BYTES = 32;
    /// Bytes of a piece.
    public static final int PIECE_BYTES = 16;
    /// The most pieces: 64 KiB in pages, and what is before and behind them.
    public static final int MAX_PIECES = 18;
    /// Bytes of a descriptor of one piece.
    public static final int MIN_BYTES = HEAD_BYTES + PIECE_BYTES;
    /// Bytes of one with the most.
    public static final int MAX_BYTES = HEAD_BYTES + MAX_PIECES * PIECE_BYTES;

    /// Flag: the checksum is to be completed.
    public static final int NEEDS_CSUM = 1;
    /// Flag: the packet is to be cut.
    public static final int GSO = 2;
    /// Flag: with marks of congestion.
    public static final int ECN = 4;

    /// Kind of segmentation: TCP over IPv4.
    public static final int TCP4 = 0;
    /// Kind of segmentation: UDP, to become IP fragments.
    public static final int UDP = 1;
    /// Kind of segmentation: TCP over IPv6.
    public static final int TCP6 = 2;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private PacketDescriptor() { }

    /// Where a piece is.
    public static int piece(int number) {
        return HEAD_BYTES + PIECE_BYTES * number;
    }

    /// A number of 8 bytes.
    public static long u64(MemorySegment descriptor, long at) {
        return descriptor.get(LONG, at);
    }

    /// A number of 4 bytes, not negative.
    public static long u32(MemorySegment descriptor, long at) {
        return descriptor.get(INT, at) & 0xffff_ffffL;
    }

    /// A number of 2 bytes.
    public static int u16(MemorySegment descriptor, long at) {
        return descriptor.get(SHORT, at) & 0xffff;
    }

    /// Writes what comes before the pieces, all but the cookie.
    public static void head(MemorySegment descriptor, long at, int flags, int total, int pieces) {
        descriptor.set(INT, at + FLAGS_AT, flags);
        descriptor.set(INT, at + TOTAL_AT, total);
        descriptor.set(INT, at + PIECES_AT, pieces);
    }

    /// Writes what is asked for the packet; zeros where nothing is.
    public static void offload(MemorySegment descriptor, long at, int checksumStart, int checksumOffset, int gsoType, int headers, int segment) {
        descriptor.set(SHORT, at + CHECKSUM_START_AT, (short) checksumStart);
        descriptor.set(SHORT, at + CHECKSUM_OFFSET_AT, (short) checksumOffset);
        descriptor.set(SHORT, at + GSO_TYPE_AT, (short) gsoType); // and the padding
        descriptor.set(SHORT, at + HEADER_LENGTH_AT, (short) headers);
        descriptor.set(INT, at + SEGMENT_AT, segment & 0xffff); // and the padding
    }

    /// Writes the cookie.
    public static void cookie(MemorySegment descriptor, long at, long cookie) {
        descriptor.set(LONG, at + COOKIE_AT, cookie);
    }

    /// Writes a piece.
    public static void piece(MemorySegment descriptor, long at, int number, int length, long address) {
        final long place = at + piece(number);
        descriptor.set(LONG, place, length & 0xffff_ffffL); // and the padding
        descriptor.set(LONG, place + 8, address);
    }
}
