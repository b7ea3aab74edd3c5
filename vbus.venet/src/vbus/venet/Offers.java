// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import vbus.venet.offload.Offload;

/// The offloads that one side negotiated: what a guest may send, or what it takes.
///
/// @param checksum frames whose checksum is to be completed
/// @param gso kinds of segmentation, bit n for the number n of [Offload#gso]
/// @param ecn segmentation of TCP with congestion marks
record Offers(boolean checksum, int gso, boolean ecn) {

    /// Plain frames only.
    static final Offers NONE = new Offers(false, 0, false);

    /// True when a frame is among them as it is.
    boolean has(Offload o) {
        return o.isPlain() || (checksum || (o.flags & Offload.NEEDS_CSUM) == 0)
            && (o.gso == Offload.NONE || (gso >>> o.gso & 1) != 0 && (ecn || (o.flags & Offload.ECN) == 0));
    }
}
