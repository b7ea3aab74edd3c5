// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

/// What a frame asks of whoever takes it: the rest of a checksum, or to be cut into frames that fit. Reusable.
///
/// Units: bytes, counted from the frame's first byte unless said otherwise.
/// Threads: one at a time. @spec virtio 1.2, 5.1.6: struct virtio_net_hdr
public final class Offload {

    /// Flag: the checksum from `checksumStart` to the end is to be completed. @spec VIRTIO_NET_HDR_F_NEEDS_CSUM
    public static final int NEEDS_CSUM = 1;
    /// Flag: the checksum was found right. @spec VIRTIO_NET_HDR_F_DATA_VALID
    public static final int DATA_VALID = 2;
    /// Flag: congestion is marked in the first segment only. @spec VIRTIO_NET_HDR_GSO_ECN
    public static final int ECN = 4;

    /// `gso`: one frame. @spec VIRTIO_NET_HDR_GSO_NONE
    public static final int NONE = 0;
    /// `gso`: TCP over IPv4. @spec VIRTIO_NET_HDR_GSO_TCPV4
    public static final int TCP4 = 1;
    /// `gso`: UDP, to be cut into IP fragments. @spec VIRTIO_NET_HDR_GSO_UDP
    public static final int UDP = 3;
    /// `gso`: TCP over IPv6. @spec VIRTIO_NET_HDR_GSO_TCPV6
    public static final int TCP6 = 4;
    /// `gso`: UDP, to be cut into datagrams. @spec VIRTIO_NET_HDR_GSO_UDP_L4
    public static final int UDP_L4 = 5;

    public int flags;
    public int checksumStart;
    /// From `checksumStart`.
    public int checksumOffset;
    public int gso;
    /// What the sender says of the length of all headers: a hint.
    public int headerBytes;
    /// Payload of a segment.
    public int segmentBytes;

    /// Asks for nothing.
    public void clear() {
        flags = 0;
        checksumStart = 0;
        checksumOffset = 0;
        gso = NONE;
        headerBytes = 0;
        segmentBytes = 0;
    }

    /// True when any guest can take the frame as it is.
    public boolean isPlain() {
        return gso == NONE && (flags & NEEDS_CSUM) == 0;
    }
}
