// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import static vbus.venet.protocol.VirtualEthernet.CAP_ECN;
import static vbus.venet.protocol.VirtualEthernet.CAP_LINKSTATE;
import static vbus.venet.protocol.VirtualEthernet.CAP_PAIRS;
import static vbus.venet.protocol.VirtualEthernet.CAP_PMTD;
import static vbus.venet.protocol.VirtualEthernet.CAP_SG;
import static vbus.venet.protocol.VirtualEthernet.CAP_TSO4;
import static vbus.venet.protocol.VirtualEthernet.CAP_TSO6;
import static vbus.venet.protocol.VirtualEthernet.CAP_UFO;
import static vbus.venet.protocol.VirtualEthernet.GROUP_EVENTQ;
import static vbus.venet.protocol.VirtualEthernet.GROUP_L4RO;
import static vbus.venet.protocol.VirtualEthernet.GROUP_QUEUES;
import static vbus.venet.protocol.VirtualEthernet.GROUP_SG;
import static vbus.venet.protocol.VirtualEthernet.NEGCAP;
import static vbus.venet.protocol.VirtualEthernet.NEGCAP_BITS_AT;
import static vbus.venet.protocol.VirtualEthernet.NEGCAP_BYTES;
import static vbus.venet.protocol.VirtualEthernet.NEGCAP_GROUP_AT;
import static vbus.venet.protocol.VirtualEthernet.QUEUES;

import java.lang.foreign.MemorySegment;
import vbus.api.driver.DeviceProxy;
import vbus.venet.api.FrameOffload;
import vbus.venet.protocol.QueryLayout;

/// What a device granted, asked for in the order of the original's guest: SG, EVENTQ, L4RO, and then our own QUEUES. A device of the
/// first version grants nothing.
///
/// Transmit completions are not asked for: frames are copied into buffers that come back on the ring itself, in bursts, and an event
/// for each would cost more.
///
/// @param transmit bits of SG
/// @param events bits of EVENTQ
/// @param receive bits of L4RO
/// @param pairs of queues
/// @param highPairs how many of them, the last ones, are for classes 4 to 7
record Capabilities(int transmit, int events, int receive, int pairs, int highPairs) {

    private static final int SEGMENTATION = CAP_TSO4 | CAP_TSO6 | CAP_ECN;

    /// Negotiates with a device whose link is down.
    static Capabilities of(DeviceProxy device, int wantedPairs) {
        final int transmit = negotiate(device, GROUP_SG, CAP_SG | SEGMENTATION | CAP_UFO | CAP_PMTD);
        final int events = negotiate(device, GROUP_EVENTQ, CAP_LINKSTATE);
        final int receive = negotiate(device, GROUP_L4RO, CAP_SG | SEGMENTATION);
        if (negotiate(device, GROUP_QUEUES, CAP_PAIRS) == 0) {
            return new Capabilities(transmit, events, receive, 1, 0);
        }
        final MemorySegment data = MemorySegment.ofArray(new byte[QueryLayout.QUEUES_BYTES]);
        device.call(QUEUES, data);
        QueryLayout.set(data, QueryLayout.PAIRS_AT, Math.min(wantedPairs, QueryLayout.get(data, QueryLayout.MOST_PAIRS_AT)));
        device.call(QUEUES, data);
        return new Capabilities(transmit, events, receive, QueryLayout.get(data, QueryLayout.PAIRS_AT),
            QueryLayout.get(data, QueryLayout.HIGH_PAIRS_AT));
    }

    private static int negotiate(DeviceProxy device, int group, int bits) {
        final MemorySegment data = MemorySegment.ofArray(new byte[NEGCAP_BYTES]);
        QueryLayout.set(data, NEGCAP_GROUP_AT, group);
        QueryLayout.set(data, NEGCAP_BITS_AT, bits);
        device.call(NEGCAP, data);
        return QueryLayout.get(data, NEGCAP_BITS_AT) & bits; // a device that grants more than was asked for is not believed
    }

    boolean scatterGather() {
        return (transmit & CAP_SG) != 0;
    }

    boolean transmitPool() {
        return scatterGather() && (transmit & CAP_PMTD) != 0;
    }

    boolean linkState() {
        return (events & CAP_LINKSTATE) != 0;
    }

    boolean receiveOffload() {
        return (receive & CAP_SG) != 0;
    }

    /// True when the device does for a packet what it asks.
    boolean sends(FrameOffload o) {
        final int kind = switch (o.gso) {
            case FrameOffload.NONE -> CAP_SG;
            case FrameOffload.TCP4 -> CAP_TSO4;
            case FrameOffload.TCP6 -> CAP_TSO6;
            case FrameOffload.UDP -> CAP_UFO;
            default -> 0;
        };
        return o.isPlain() || scatterGather() && (transmit & kind) != 0 && ((o.flags & FrameOffload.ECN) == 0 || (transmit & CAP_ECN) != 0);
    }
}
