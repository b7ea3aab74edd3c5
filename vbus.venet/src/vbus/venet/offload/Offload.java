// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

/// What one frame asks of whoever takes it: a checksum to complete, a packet to cut into frames.
///
/// Filled by the codec of an ABI from what a guest wrote, once per frame, and reused. So any value may be in it: [FrameCheck] and
/// [Segmenter] look before they believe. The numbers are virtio's; other ABIs translate.
///
/// Units: bytes, counted from the first byte of the frame's Ethernet header where it is a position.
/// Threads: one.
/// @spec virtio 1.2, 5.1.6: struct virtio_net_hdr
public final class Offload {

    /// Flag: the checksum at `checksumStart + checksumOffset` holds only the sum of the pseudo header.
    /// @spec virtio 1.2, 5.1.6: VIRTIO_NET_HDR_F_NEEDS_CSUM
    public static final int NEEDS_CSUM = 1;

    /// Flag: somebody has verified the checksum. @spec virtio 1.2, 5.1.6: VIRTIO_NET_HDR_F_DATA_VALID
    public static final int DATA_VALID = 2;

    /// Flag: the TCP packet may have CWR set, which only its first segment keeps. Virtio has it as bit 0x80 of the GSO type.
    /// @spec virtio 1.2, 5.1.6: VIRTIO_NET_HDR_GSO_ECN
    public static final int ECN = 4;

    /// GSO type: a frame as it is. @spec virtio 1.2, 5.1.6: VIRTIO_NET_HDR_GSO_NONE
    public static final int NONE = 0;

    /// GSO type: TCP over IPv4. @spec virtio 1.2, 5.1.6: VIRTIO_NET_HDR_GSO_TCPV4
    public static final int TCP4 = 1;

    /// GSO type: one UDP datagram, IPv4 or IPv6, to become IP fragments. @spec virtio 1.2, 5.1.6: VIRTIO_NET_HDR_GSO_UDP
    public static final int UDP = 3;

    /// GSO type: TCP over IPv6. @spec virtio 1.2, 5.1.6: VIRTIO_NET_HDR_GSO_TCPV6
    public static final int TCP6 = 4;

    /// GSO type: many UDP datagrams, IPv4 or IPv6, to be cut apart. @spec virtio 1.3, 5.1.6: VIRTIO_NET_HDR_GSO_UDP_L4
    public static final int UDP_L4 = 5;

    /// `NEEDS_CSUM`, `DATA_VALID`, `ECN`.
    public int flags;

    /// Where the bytes that are summed begin; with `NEEDS_CSUM` only.
    public int checksumStart;

    /// Where the checksum is, counted from `checksumStart`; with `NEEDS_CSUM` only.
    public int checksumOffset;

    /// The GSO type.
    public int gso;

    /// Bytes of the headers that each segment gets; with a GSO type only. A hint: the headers themselves say it.
    public int headerBytes;

    /// Bytes of payload that each segment gets but the last; of IP payload for `UDP`; with a GSO type only.
    public int segmentBytes;

    /// Makes it the offload of a frame that asks for nothing.
    public void clear() {
        flags = 0;
        checksumStart = 0;
        checksumOffset = 0;
        gso = NONE;
        headerBytes = 0;
        segmentBytes = 0;
    }

    /// Whether anybody can take the frame: it has its checksums and is not to be cut.
    public boolean isPlain() {
        return (flags & NEEDS_CSUM) == 0 && gso == NONE;
    }

    /// Whether the checksum has still to be completed.
    public boolean needsChecksum() {
        return (flags & NEEDS_CSUM) != 0;
    }

    /// Takes all values of another one.
    public void set(Offload other) {
        flags = other.flags;
        checksumStart = other.checksumStart;
        checksumOffset = other.checksumOffset;
        gso = other.gso;
        headerBytes = other.headerBytes;
        segmentBytes = other.segmentBytes;
    }
}
