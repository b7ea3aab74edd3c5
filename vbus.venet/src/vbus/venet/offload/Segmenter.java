// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import static vbus.venet.offload.PacketLayout.*;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ThreadLocalRandom;

/// Cuts a large packet into frames, byte for byte as the Linux kernel's software GSO does.
///
/// {@snippet :
/// int left = segmenter.begin(copy, length, offload);        // negative: a Flaw, the packet is dropped and counted
/// for (; left > 0; left--) {
///     long at = room(segmenter.nextBytes());                // an MTU is checked here
///     segmenter.next(out, at);
/// }
/// }
///
/// | what | TCP | UDP_L4 | UDP |
/// |---|---|---|---|
/// | each segment gets | all headers | all headers | Ethernet and IP headers |
/// | IP lengths, IPv4 header checksum | its own | its own | its own |
/// | IPv4 id | one more each time, DF or not | one more each time | the same; DF goes, offset and MF come |
/// | IPv6 | | | a fragment header behind all others, with a new id |
/// | first only | CWR | | the UDP header |
/// | last only | FIN, PSH | | |
/// | TCP or UDP checksum | its own, from the sum that was given | its own | one, over the whole datagram |
///
/// A packet that is one segment anyway, or has no GSO type, is copied as it is and its checksum completed. Where `NEEDS_CSUM` is set,
/// the pseudo header's sum in the packet is adjusted by the lengths and not made anew: who writes a wrong one gets wrong checksums.
/// Bytes behind the end that the IP header tells are left out.
///
/// Ownership: the frame is the caller's private copy, and must not change until the last segment is written. Nothing is read from `out`.
/// Threads: one. Allocates nothing after construction.
/// @spec Linux 5.10 to 6.18: inet_gso_segment, ipv6_gso_segment, tcp_gso_segment, __udp_gso_segment, udp4_ufo_fragment,
/// udp6_ufo_fragment; the last one counts extension headers to the offsets, which is wrong by RFC 8200, 4.5, and is not done here
public final class Segmenter {

    private static final int OFFSET_UNIT = 8; // of IP fragments
    private static final int NEXT_FRAGMENT_ID = 0x9e37_79b9; // odd, so that all 2^32 ids come before one comes again

    private final PacketHeaders headers = new PacketHeaders();
    private final MemorySegment head = MemorySegment.ofArray(new byte[PacketHeaders.MAX_BYTES + FRAGMENT_BYTES]);

    private MemorySegment frame;
    private int gso;
    private boolean completes;  // the checksum of a frame that is not cut
    private int checksumStart;
    private int checksumAt;
    private int cut;            // bytes before what is cut
    private int headBytes;      // before each segment: the same, and a fragment header
    private int end;            // of what is cut
    private int unit;           // bytes of a segment behind the headers
    private int count;
    private int index;
    private int id;
    private int sequence;
    private int fragmentId = ThreadLocalRandom.current().nextInt();
    private int given;          // sum of the pseudo header, without the length; for UDP the checksum of the datagram

    /// Looks at a packet that lies whole in private memory, from its first byte on.
    ///
    /// @return the number of frames that it becomes, at least 1; or the code of a [Flaw], then there is none to write
    public int begin(MemorySegment packet, int length, Offload offload) {
        count = 0;
        index = 0;
        final int flaw = length < ETHERNET_BYTES ? Flaw.BAD_HEADER.code : FrameCheck.of(offload, length);
        if (flaw < 0) {
            return flaw;
        }
        frame = packet;
        gso = offload.gso;
        completes = offload.needsChecksum();
        checksumStart = offload.checksumStart;
        checksumAt = offload.checksumStart + offload.checksumOffset;
        end = length;
        count = gso == Offload.NONE ? 1 : segments(length, offload);
        return count;
    }

    private int segments(int length, Offload offload) {
        int flaw = headers.parse(frame, length);
        if (flaw == 0) {
            flaw = fits(offload);
        }
        if (flaw < 0) {
            return flaw;
        }
        end = headers.end;
        cut = gso == Offload.UDP ? headers.transport : headers.payload;
        unit = gso == Offload.UDP ? offload.segmentBytes & -OFFSET_UNIT : offload.segmentBytes;
        if (unit == 0) {
            return Flaw.NO_SEGMENT_BYTES.code;
        }
        final int bytes = end - cut;
        if (bytes <= offload.segmentBytes) {
            return 1;
        }
        prepare(offload.needsChecksum());
        return (bytes - 1) / unit + 1;
    }

    /// Whether the packet is what its GSO type says, and the checksum to complete is the one of its own header.
    private int fits(Offload offload) {
        final boolean right = switch (gso) {
            case Offload.TCP4 -> headers.protocol == TCP && !headers.six;
            case Offload.TCP6 -> headers.protocol == TCP && headers.six;
            default -> headers.protocol == UDP;
        };
        if (!right) {
            return Flaw.WRONG_PROTOCOL.code;
        }
        final int at = headers.protocol == TCP ? TCP_CHECKSUM_AT : UDP_CHECKSUM_AT;
        final boolean placed = offload.needsChecksum() ? checksumStart == headers.transport && offload.checksumOffset == at
            : gso != Offload.UDP_L4; // a UDP packet may have no checksum at all, so it has to be told
        return placed ? 0 : Flaw.CHECKSUM_MISPLACED.code;
    }

    /// Reads what counts on from segment to segment.
    private void prepare(boolean partial) {
        MemorySegment.copy(frame, 0, head, 0, cut);
        headBytes = cut;
        id = headers.six ? 0 : u16(frame, headers.network + IP4_ID_AT);
        final int transport = headers.transport;
        if (gso == Offload.UDP) {
            final int sum = Checksum.sum(frame, transport, end - transport) + pseudo(end - transport);
            given = Checksum.orMangled(~Checksum.fold(sum + not(u16(frame, transport + UDP_CHECKSUM_AT))) & 0xffff);
            if (headers.six) {
                insertFragmentHeader();
            }
        } else if (gso == Offload.UDP_L4) {
            given = u16(frame, transport + UDP_CHECKSUM_AT) + not(u16(frame, transport + UDP_LENGTH_AT));
        } else {
            sequence = frame.get(U32, transport + TCP_SEQUENCE_AT);
            given = partial ? u16(frame, transport + TCP_CHECKSUM_AT) + not(end - transport) : pseudo(0);
        }
    }

    private void insertFragmentHeader() {
        head.set(U8, headers.protocolAt, (byte) FRAGMENT);
        head.set(U32, cut, UDP << 24);
        head.set(U32, cut + FRAGMENT_ID_AT, fragmentId += NEXT_FRAGMENT_ID);
        headBytes = cut + FRAGMENT_BYTES;
    }

    private int pseudo(int length) {
        return headers.six ? Checksum.pseudo6(frame, headers.network, headers.protocol, length)
            : Checksum.pseudo4(frame, headers.network, headers.protocol, length);
    }

    /// What takes a number out of a sum.
    private static int not(int number) {
        return ~number & 0xffff;
    }

    /// Bytes of the frame that [#next] writes; 0 when all are written. No later frame is longer.
    public int nextBytes() {
        if (index >= count) {
            return 0;
        }
        return count == 1 ? end : headBytes + Math.min(unit, end - cut - index * unit);
    }

    /// Writes the next frame.
    ///
    /// Errors: `out` has to have [#nextBytes] bytes from `at` on, else IndexOutOfBoundsException.
    /// @return bytes of the frame; 0 when all are written
    public int next(MemorySegment out, long at) {
        final int bytes = nextBytes();
        if (bytes == 0) {
            return 0;
        }
        if (count == 1) {
            whole(out, at);
        } else {
            segment(out, at, bytes - headBytes);
        }
        index++;
        return bytes;
    }

    private void whole(MemorySegment out, long at) {
        MemorySegment.copy(frame, 0, out, at, end);
        if (completes) {
            u16(out, at + checksumAt, Checksum.completed(frame, end, checksumStart));
        }
    }

    private void segment(MemorySegment out, long at, int bytes) {
        final int from = cut + index * unit;
        final boolean last = index == count - 1;
        if (gso == Offload.UDP_L4) {
            datagram(from, bytes);
        } else if (gso != Offload.UDP) {
            stream(from, bytes, last);
        }
        if (headers.six) {
            six(bytes, last);
        } else {
            four(bytes, last);
        }
        MemorySegment.copy(head, 0, out, at, headBytes);
        MemorySegment.copy(frame, from, out, at + headBytes, bytes);
        if (gso == Offload.UDP && index == 0) { // the datagram's header is in the first fragment
            u16(out, at + headBytes + UDP_CHECKSUM_AT, given);
        }
    }

    private void six(int bytes, boolean last) {
        u16(head, headers.network + IP6_PAYLOAD_AT, headBytes + bytes - headers.network - IP6_BYTES);
        if (gso == Offload.UDP) {
            u16(head, cut + FRAGMENT_OFFSET_AT, index * unit | (last ? 0 : FRAGMENT_MORE)); // the unit leaves the low bits free
        }
    }

    private void four(int bytes, boolean last) {
        final int ip = headers.network;
        u16(head, ip + IP4_TOTAL_AT, cut + bytes - ip);
        if (gso == Offload.UDP) {
            u16(head, ip + IP4_FRAGMENT_AT, index * unit / OFFSET_UNIT | (last ? 0 : IP4_MORE));
        } else {
            u16(head, ip + IP4_ID_AT, id + index);
        }
        u16(head, ip + IP4_CHECKSUM_AT, 0);
        u16(head, ip + IP4_CHECKSUM_AT, not(Checksum.sum(head, ip, headers.transport - ip)));
    }

    private void stream(int from, int bytes, boolean last) {
        final int tcp = headers.transport;
        int flags = u8(frame, tcp + TCP_FLAGS_AT);
        if (index > 0) {
            flags &= ~TCP_CWR;
        }
        if (!last) {
            flags &= ~(TCP_FIN | TCP_PSH);
        }
        head.set(U32, tcp + TCP_SEQUENCE_AT, sequence + index * unit);
        head.set(U8, tcp + TCP_FLAGS_AT, (byte) flags);
        u16(head, tcp + TCP_CHECKSUM_AT, 0);
        u16(head, tcp + TCP_CHECKSUM_AT, checksum(from, bytes));
    }

    private void datagram(int from, int bytes) {
        final int udp = headers.transport;
        u16(head, udp + UDP_LENGTH_AT, UDP_BYTES + bytes);
        u16(head, udp + UDP_CHECKSUM_AT, 0);
        u16(head, udp + UDP_CHECKSUM_AT, Checksum.orMangled(checksum(from, bytes)));
    }

    private int checksum(int from, int bytes) {
        final int length = cut - headers.transport + bytes;
        final int header = Checksum.sum(head, headers.transport, cut - headers.transport);
        return not(Checksum.fold((long) given + length + header + Checksum.sum(frame, from, bytes)));
    }
}
