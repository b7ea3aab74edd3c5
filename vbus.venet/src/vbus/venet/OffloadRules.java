// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import vbus.venet.offload.Offload;

/// What a guest may ask for its frames, checked before anything is done with them.
///
/// @param offers what it negotiated
/// @param most bytes of a frame that is not to be segmented
record OffloadRules(Offers offers, int most) {

    /// The longest packet that may be cut: IP's 65 535 bytes, an ethernet header, and two VLAN tags.
    static final int MOST_GSO = 65_535 + 14 + 8;

    private static final int KNOWN_GSO = 1 << Offload.TCP4 | 1 << Offload.UDP | 1 << Offload.TCP6 | 1 << Offload.UDP_L4;
    private static final int KINDS = 8;

    /// Why a frame of `length` bytes may not ask this; null when it may.
    Drop check(Offload o, long length) {
        if (o.gso != Offload.NONE) {
            if (o.gso >= KINDS || (KNOWN_GSO >>> o.gso & 1) == 0) {
                return Drop.BAD_GSO_TYPE;
            } else if (!offers.has(o)) {
                return Drop.NOT_NEGOTIATED;
            } else if (o.segmentBytes == 0) {
                return Drop.BAD_GSO_SIZE;
            } else if (o.headerBytes > length) {
                return Drop.BAD_HEADER_LENGTH;
            }
        }
        if ((o.flags & Offload.NEEDS_CSUM) != 0) {
            if (!offers.checksum()) {
                return Drop.NOT_NEGOTIATED;
            } else if (o.checksumStart + o.checksumOffset + 2 > length) {
                return Drop.BAD_CHECKSUM_START;
            }
        }
        return length > (o.gso == Offload.NONE ? most : MOST_GSO) ? Drop.OVERSIZE : null;
    }
}
