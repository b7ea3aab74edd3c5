// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import vbus.api.VirtioCalls;
import vbus.bench.ring.QueueKind;
import vbus.bench.ring.SharedRing;
import vbus.shm.RingFeatures;
import vbus.venet.protocol.VirtioNet;
import vbus.venet.protocol.VirtualEthernet;

/// What a station speaks. All of them poll.
enum Abi {
    /// A virtio guest whose rings are served in order, and which asked for nothing else.
    IN_ORDER(VirtioNet.TYPE, QueueKind.SPLIT, SharedRing.POLLED, VirtioCalls.F_VERSION_1),
    /// The same with rings in any order.
    ANY_ORDER(VirtioNet.TYPE, QueueKind.SPLIT, RingFeatures.NONE, VirtioCalls.F_VERSION_1),
    /// What a Linux guest asks for: segmentation and checksums both ways, and receive buffers that are merged.
    LINUX(VirtioNet.TYPE, QueueKind.SPLIT, RingFeatures.NONE, VirtioCalls.F_VERSION_1 | VirtioNet.F_CSUM | VirtioNet.F_GUEST_CSUM
        | VirtioNet.F_HOST_TSO4 | VirtioNet.F_HOST_TSO6 | VirtioNet.F_GUEST_TSO4 | VirtioNet.F_GUEST_TSO6 | VirtioNet.F_MRG_RXBUF),
    /// A vbus guest: IOQs, flat frames.
    VENET(VirtualEthernet.TYPE, QueueKind.IOQ, RingFeatures.NONE, 0);

    final String type;
    final QueueKind rings;
    final RingFeatures ringFeatures;
    final long features;
    /// Bytes before a frame.
    final int headBytes;

    Abi(String type, QueueKind rings, RingFeatures ringFeatures, long features) {
        this.type = type;
        this.rings = rings;
        this.ringFeatures = ringFeatures;
        this.features = features;
        headBytes = type.equals(VirtioNet.TYPE) ? VirtioNet.HEADER_BYTES : 0;
    }

    boolean merges() {
        return (features & VirtioNet.F_MRG_RXBUF) != 0;
    }
}
