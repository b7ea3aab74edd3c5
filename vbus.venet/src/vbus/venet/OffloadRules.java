// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import vbus.venet.offload.Flaw;
import vbus.venet.offload.FrameCheck;
import vbus.venet.offload.Offload;

/// What a guest may ask for its frames, checked before anything is done with them.
///
/// @param offers what it negotiated
/// @param most bytes of a frame that is not to be segmented
record OffloadRules(Offers offers, int most) {

    /// The longest packet that may be cut: IP's 65 535 bytes, an ethernet header, and two VLAN tags.
    static final int MOST_GSO = 65_535 + 14 + 8;

    private static final Drop[] DROPS = {Drop.BAD_CHECKSUM_START, Drop.BAD_GSO_TYPE, Drop.BAD_GSO_SIZE, Drop.BAD_HEADER_LENGTH,
        Drop.BAD_HEADERS, Drop.BAD_CHECKSUM_START, Drop.BAD_GSO_TYPE};

    /// Why a frame of `length` bytes may not ask this; null when it may.
    Drop check(Offload o, long length) {
        final int flaw = FrameCheck.of(o, (int) Math.min(length, Integer.MAX_VALUE));
        if (flaw < 0) {
            return drop(flaw);
        }
        if (!offers.has(o)) {
            return Drop.NOT_NEGOTIATED;
        }
        return length > (o.gso == Offload.NONE ? most : MOST_GSO) ? Drop.OVERSIZE : null;
    }

    /// What a flaw that the offload library found is counted as.
    static Drop drop(int flaw) {
        return DROPS[Flaw.of(flaw).ordinal()];
    }
}
