// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static vbus.venet.protocol.VirtioNet.F_CSUM;
import static vbus.venet.protocol.VirtioNet.F_GUEST_CSUM;
import static vbus.venet.protocol.VirtioNet.F_GUEST_ECN;
import static vbus.venet.protocol.VirtioNet.F_GUEST_TSO4;
import static vbus.venet.protocol.VirtioNet.F_GUEST_TSO6;
import static vbus.venet.protocol.VirtioNet.F_GUEST_UFO;
import static vbus.venet.protocol.VirtioNet.F_GUEST_USO4;
import static vbus.venet.protocol.VirtioNet.F_GUEST_USO6;
import static vbus.venet.protocol.VirtioNet.F_HOST_ECN;
import static vbus.venet.protocol.VirtioNet.F_HOST_TSO4;
import static vbus.venet.protocol.VirtioNet.F_HOST_TSO6;
import static vbus.venet.protocol.VirtioNet.F_HOST_UFO;
import static vbus.venet.protocol.VirtioNet.F_HOST_USO;
import static vbus.venet.protocol.VirtioNet.F_MAC;
import static vbus.venet.protocol.VirtioNet.F_MRG_RXBUF;
import static vbus.venet.protocol.VirtioNet.F_MTU;
import static vbus.venet.protocol.VirtioNet.F_STATUS;

import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.VirtioCalls;
import vbus.venet.offload.Offload;

/// What a virtio driver may have of a port, and what follows from what it accepted. @spec virtio 1.2, 5.1.3
final class VirtioNetFeatures {

    /// All that a port offers.
    static final long OFFERED = VirtioCalls.F_VERSION_1 | F_MAC | F_MTU | F_STATUS | F_MRG_RXBUF
        | F_CSUM | F_HOST_TSO4 | F_HOST_TSO6 | F_HOST_ECN | F_HOST_UFO | F_HOST_USO
        | F_GUEST_CSUM | F_GUEST_TSO4 | F_GUEST_TSO6 | F_GUEST_ECN | F_GUEST_UFO | F_GUEST_USO4 | F_GUEST_USO6;

    /// Feature, and those of which it wants one. @spec virtio 1.2, 5.1.3.1
    private static final long[][] WANTS = {
        {F_HOST_TSO4, F_CSUM}, {F_HOST_TSO6, F_CSUM}, {F_HOST_UFO, F_CSUM}, {F_HOST_USO, F_CSUM}, {F_HOST_ECN, F_HOST_TSO4 | F_HOST_TSO6},
        {F_GUEST_TSO4, F_GUEST_CSUM}, {F_GUEST_TSO6, F_GUEST_CSUM}, {F_GUEST_UFO, F_GUEST_CSUM}, {F_GUEST_USO4, F_GUEST_CSUM},
        {F_GUEST_USO6, F_GUEST_CSUM}, {F_GUEST_ECN, F_GUEST_TSO4 | F_GUEST_TSO6}};

    private VirtioNetFeatures() { }

    /// Errors: VbusException INVALID for features that are not offered, do not go together, or are those of a legacy driver.
    static void check(long features) {
        if ((features & ~OFFERED) != 0) {
            throw invalid("ACCEPT of features 0x%x: want no more than 0x%x", features, OFFERED);
        }
        if ((features & VirtioCalls.F_VERSION_1) == 0) {
            throw invalid("ACCEPT of features 0x%x: want VERSION_1, this is no legacy device", features);
        }
        for (long[] rule : WANTS) {
            if ((features & rule[0]) != 0 && (features & rule[1]) == 0) {
                throw invalid("ACCEPT of features 0x%x with 0x%x: want one of 0x%x with it", features, rule[0], rule[1]);
            }
        }
    }

    /// What a driver that accepted these may ask for its frames.
    static Offers sends(long features) {
        return new Offers((features & F_CSUM) != 0, kind(features, F_HOST_TSO4, Offload.TCP4) | kind(features, F_HOST_TSO6, Offload.TCP6)
            | kind(features, F_HOST_UFO, Offload.UDP) | kind(features, F_HOST_USO, Offload.UDP_L4), (features & F_HOST_ECN) != 0);
    }

    /// What it takes as it is.
    static Offers takes(long features) {
        final long both = F_GUEST_USO4 | F_GUEST_USO6;
        return new Offers((features & F_GUEST_CSUM) != 0,
            kind(features, F_GUEST_TSO4, Offload.TCP4) | kind(features, F_GUEST_TSO6, Offload.TCP6)
                | kind(features, F_GUEST_UFO, Offload.UDP) | ((features & both) == both ? 1 << Offload.UDP_L4 : 0),
            (features & F_GUEST_ECN) != 0);
    }

    private static int kind(long features, long feature, int gso) {
        return (features & feature) != 0 ? 1 << gso : 0;
    }

    private static VbusException invalid(String format, Object... values) {
        return new VbusException(Status.INVALID, format.formatted(values));
    }
}
