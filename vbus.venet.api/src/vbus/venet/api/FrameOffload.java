// SPDX-License-Identifier: Apache-2.0
package vbus.venet.api;

/// What a packet asks of whoever takes it: a checksum to complete, or to be cut into frames. Reusable; the numbers are virtio's.
///
/// Units: bytes, counted from the first byte of the Ethernet header where it is a position.
/// Ownership: who made it; a port keeps nothing of it, and one that it hands out is good until the handler returns.
/// Threads: one.
/// @spec virtio 1.2, 5.1.6: struct virtio_net_hdr
public final class FrameOffload {

    /// Flag: the checksum field holds only the sum of the pseudo header.
    public static final int NEEDS_CSUM = 1;
    /// Flag: TCP with congestion marks.
    public static final int ECN = 4;

    /// Kind: a frame as it is.
    public static final int NONE = 0;
    /// Kind: TCP over IPv4.
    public static final int TCP4 = 1;
    /// Kind: one UDP datagram over IPv4, to become fragments.
    public static final int UDP = 3;
    /// Kind: TCP over IPv6.
    public static final int TCP6 = 4;

    /// [#NEEDS_CSUM], [#ECN].
    public int flags;
    /// Where begins what is summed.
    public int checksumStart;
    /// Where the checksum is, from there.
    public int checksumOffset;
    /// The kind of segmentation.
    public int gso;
    /// Bytes of all headers; a hint.
    public int headerBytes;
    /// Bytes of payload of each frame but the last.
    public int segmentBytes;

    /// Makes it that of a frame that asks for nothing.
    public FrameOffload clear() {
        flags = 0;
        checksumStart = 0;
        checksumOffset = 0;
        gso = NONE;
        headerBytes = 0;
        segmentBytes = 0;
        return this;
    }

    /// True when anybody can take the frame.
    public boolean isPlain() {
        return (flags & NEEDS_CSUM) == 0 && gso == NONE;
    }
}
