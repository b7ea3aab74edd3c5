// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

/// Whether an [Offload] fits to a frame's length: what can be told without a look at the frame. The same for all ABIs.
///
/// A frame that passes may be handed on with its offload to whoever can take it. Linux refuses the same ones when they come from a TAP.
/// Threads: any. Allocates nothing.
public final class FrameCheck {

    /// The least `checksumStart`: an Ethernet header and the smallest IP header. It stops a guest from having the switch write a
    /// checksum over MAC addresses or VLAN tags, after the switch has looked at them. @spec Linux: virtio_net_hdr_to_skb, nh_min_len
    public static final int MIN_CHECKSUM_START = 14 + 20;

    private FrameCheck() { }

    /// 0, or the code of a [Flaw].
    public static int of(Offload offload, int length) {
        if ((offload.flags & Offload.NEEDS_CSUM) != 0) {
            final int flaw = checksum(length, offload.checksumStart, offload.checksumOffset);
            if (flaw < 0) {
                return flaw;
            }
        }
        return offload.gso == Offload.NONE ? 0 : gso(offload, length);
    }

    /// 0 when the two bytes of a checksum are within the frame, and behind what a switch looks at.
    static int checksum(int length, int start, int offset) {
        final boolean inside = start >= MIN_CHECKSUM_START && offset >= 0 && (long) start + offset + Short.BYTES <= length;
        return inside ? 0 : Flaw.CHECKSUM_OUTSIDE.code;
    }

    private static int gso(Offload offload, int length) {
        switch (offload.gso) {
            case Offload.TCP4, Offload.TCP6, Offload.UDP, Offload.UDP_L4 -> { }
            default -> {
                return Flaw.UNKNOWN_GSO.code;
            }
        }
        if (offload.segmentBytes <= 0) {
            return Flaw.NO_SEGMENT_BYTES.code;
        }
        return offload.headerBytes < 0 || offload.headerBytes > length ? Flaw.HEADER_OUTSIDE.code : 0;
    }
}
