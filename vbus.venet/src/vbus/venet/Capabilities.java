// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static vbus.venet.protocol.VirtualEthernet.CAP_ECN;
import static vbus.venet.protocol.VirtualEthernet.CAP_LINKSTATE;
import static vbus.venet.protocol.VirtualEthernet.CAP_PAIRS;
import static vbus.venet.protocol.VirtualEthernet.CAP_PMTD;
import static vbus.venet.protocol.VirtualEthernet.CAP_SG;
import static vbus.venet.protocol.VirtualEthernet.CAP_TSO4;
import static vbus.venet.protocol.VirtualEthernet.CAP_TSO6;
import static vbus.venet.protocol.VirtualEthernet.CAP_TXC;
import static vbus.venet.protocol.VirtualEthernet.CAP_UFO;
import static vbus.venet.protocol.VirtualEthernet.GROUP_EVENTQ;
import static vbus.venet.protocol.VirtualEthernet.GROUP_L4RO;
import static vbus.venet.protocol.VirtualEthernet.GROUP_QUEUES;
import static vbus.venet.protocol.VirtualEthernet.GROUP_SG;
import static vbus.venet.protocol.VirtualEthernet.MAX_PAIRS;

import vbus.venet.offload.Offload;

/// What a guest that speaks `virtual-ethernet` negotiated, and what follows from it. A bit without the one that it builds on is
/// granted, and means nothing: segmentation without SG, completions without a descriptor that has the cookie.
///
/// ```
///   packed   0 SG u8   8 EVENTQ u8   16 L4RO u8   24 QUEUES u8   32 pairs u4
/// ```
/// Threads: the control plane's.
final class Capabilities {

    private static final int[] GROUPS = {GROUP_SG, GROUP_EVENTQ, GROUP_L4RO, GROUP_QUEUES};
    private static final int[] OFFERED = {CAP_SG | CAP_TSO4 | CAP_TSO6 | CAP_ECN | CAP_UFO | CAP_PMTD, CAP_LINKSTATE | CAP_TXC,
        CAP_SG | CAP_TSO4 | CAP_TSO6 | CAP_ECN, CAP_PAIRS};
    private static final int PAIRS_SHIFT = 32;

    private final int[] granted = new int[GROUPS.length];
    private int pairs = 1;

    /// Replaces the bits of a group; those that are granted, none of an unknown group.
    int negotiate(int group, int requested) {
        for (int i = 0; i < GROUPS.length; i++) {
            if (GROUPS[i] == group) {
                granted[i] = requested & OFFERED[i];
                pairs = multiQueue() ? pairs : 1;
                return granted[i];
            }
        }
        return 0;
    }

    boolean scatterGather() {
        return has(0, CAP_SG);
    }

    boolean transmitPool() {
        return has(0, CAP_SG | CAP_PMTD);
    }

    boolean events() {
        return granted[1] != 0;
    }

    boolean linkState() {
        return has(1, CAP_LINKSTATE);
    }

    boolean completions() {
        return has(1, CAP_TXC) && scatterGather();
    }

    boolean receiveOffload() {
        return has(2, CAP_SG);
    }

    boolean multiQueue() {
        return has(3, CAP_PAIRS);
    }

    private boolean has(int group, int bits) {
        return (granted[group] & bits) == bits;
    }

    int pairs() {
        return pairs;
    }

    /// @param number 1 to the most
    void pairs(int number) {
        pairs = number;
    }

    /// What the guest may ask for its packets.
    Offers sends() {
        return offers(0);
    }

    /// What it takes as it is.
    Offers takes() {
        return offers(2);
    }

    private Offers offers(int group) {
        return has(group, CAP_SG) ? new Offers(true, kind(group, CAP_TSO4, Offload.TCP4) | kind(group, CAP_TSO6, Offload.TCP6)
            | kind(group, CAP_UFO, Offload.UDP), has(group, CAP_ECN)) : Offers.NONE;
    }

    private int kind(int group, int bit, int gso) {
        return has(group, bit) ? 1 << gso : 0;
    }

    /// For a snapshot.
    long packed() {
        long all = (long) pairs << PAIRS_SHIFT;
        for (int i = 0; i < granted.length; i++) {
            all |= (long) granted[i] << 8 * i;
        }
        return all;
    }

    /// Goes on from a snapshot; an old one has 0: nothing, and one pair.
    void restore(long packed) {
        for (int i = 0; i < granted.length; i++) {
            granted[i] = (int) (packed >>> 8 * i) & OFFERED[i];
        }
        final int number = (int) (packed >>> PAIRS_SHIFT) & 0xf;
        pairs = multiQueue() ? Math.clamp(number, 1, MAX_PAIRS) : 1;
    }
}
