// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/// Which VLANs a port is in, and what tags its frames have. A VLAN-aware bridge of Linux does the same.
///
/// ```
///                  from the port                                                           to the port
///   frame:         untagged        tag with VLAN 0       tag with VLAN v
///   transparent    LAN 0           LAN 0                 LAN 0                              LAN 0: as it is
///   access own     VLAN own        VLAN own, its PCP     own: VLAN own; else dropped        VLAN own: untagged
///   trunk          VLAN native     VLAN native, its PCP  listed: VLAN v; else dropped       native: untagged; listed: tagged
///   without native dropped         dropped
/// ```
/// Transparent ports know no VLANs: they share LAN 0, whatever tags their frames have, and never meet the other ports.
/// A tag is only taken off when no other tag would come to light: see [#egress].
///
/// Immutable. @spec IEEE 802.1Q-2022, 6.9 and 8.6
final class VlanRules {

    /// The kinds of port.
    enum Mode { TRANSPARENT, ACCESS, TRUNK }

    /// The table of transparent ports.
    static final int UNAWARE = 0;

    /// The highest VLAN. @spec IEEE 802.1Q-2022, table 9-2: 0 is no VLAN, 4095 is reserved
    static final int MOST_VLAN = 4094;

    /// The frame is not for this port, or not from it.
    static final int NOT_ALLOWED = -3;

    private static final int VLAN_BITS = 0xfff;
    private static final int PRIORITY_SHIFT = 13;

    /// Every port of a switch whose users do not think of VLANs.
    static final VlanRules TRANSPARENT = new VlanRules(Mode.TRANSPARENT, UNAWARE, List.of());

    private final Mode mode;
    private final int own;
    private final long[] members = new long[VLAN_BITS + 1 >>> 6]; // a bit for each VLAN

    private VlanRules(Mode mode, int own, Collection<Integer> listed) {
        this.mode = mode;
        this.own = own;
        for (int vlan : listed) {
            member(vlan);
        }
        if (own != 0 || mode == Mode.TRANSPARENT) {
            member(own);
        }
    }

    private void member(int vlan) {
        members[vlan >>> 6] |= 1L << vlan;
    }

    /// A port in one VLAN, whose guest need not know of it.
    static VlanRules access(int vlan) {
        return new VlanRules(Mode.ACCESS, valid(vlan), List.of());
    }

    /// A port in many VLANs. @param listed those whose frames are tagged @param own the native one, without tags, or 0
    static VlanRules trunk(Collection<Integer> listed, int own) {
        listed.forEach(VlanRules::valid);
        return new VlanRules(Mode.TRUNK, own == 0 ? 0 : valid(own), listed);
    }

    /// Errors: IllegalArgumentException when there is no such VLAN.
    static int valid(int vlan) {
        if (vlan < 1 || vlan > MOST_VLAN) {
            throw new IllegalArgumentException("VLAN %d: want 1..%d".formatted(vlan, MOST_VLAN));
        }
        return vlan;
    }

    Mode mode() {
        return mode;
    }

    /// The VLAN of untagged frames: an access port's own, a trunk's native one, or 0.
    int own() {
        return own;
    }

    /// True when frames of the VLAN may go to and come from the port.
    boolean has(int vlan) {
        return (members[vlan >>> 6] >>> vlan & 1) != 0;
    }

    /// A frame comes from the port: its VLAN with its priority, as a tag would have them, or [#NOT_ALLOWED].
    /// @param tag of the frame or [FrameBurst#UNTAGGED] @param priority of frames without tag
    int ingress(int tag, int priority) {
        if (mode == Mode.TRANSPARENT) {
            return tag == FrameBurst.UNTAGGED ? priority << PRIORITY_SHIFT : tag & ~VLAN_BITS;
        }
        final int vlan = tag == FrameBurst.UNTAGGED ? 0 : tag & VLAN_BITS;
        if (vlan != 0) {
            return has(vlan) ? tag : NOT_ALLOWED;
        }
        return own == 0 ? NOT_ALLOWED : own | (tag == FrameBurst.UNTAGGED ? priority << PRIORITY_SHIFT : tag);
    }

    /// What tag a frame gets towards the port: as [Delivery#deliver] has it, or [#NOT_ALLOWED]. A tag is not taken off where it covers
    /// another one: the frame would then be in the inner tag's VLAN for whoever is behind the port, and its sender had chosen that.
    /// @param tag of the frame in the switch, as [#ingress] said @param covers true when there is another tag behind the frame's own
    int egress(int tag, boolean covers) {
        if (mode == Mode.TRANSPARENT) {
            return Delivery.AS_IT_IS;
        }
        if ((tag & VLAN_BITS) != own) {
            return tag;
        }
        return covers ? NOT_ALLOWED : FrameBurst.UNTAGGED;
    }

    /// The VLAN of a tag.
    static int vlan(int tag) {
        return tag & VLAN_BITS;
    }

    /// The class of a tag's priority, 0 the least urgent: priority 1, background, is below 0, best effort; the others are in order.
    /// @spec IEEE 802.1Q-2022, table 8-5: eight traffic classes
    static int trafficClass(int tag) {
        final int priority = tag >>> PRIORITY_SHIFT;
        return priority < 2 ? 1 - priority : priority;
    }

    /// For display: `transparent`, `access 10`, `trunk 10,20-29 native 1`.
    String text() {
        return switch (mode) {
            case TRANSPARENT -> "transparent";
            case ACCESS -> "access " + own;
            case TRUNK -> "trunk " + VlanList.text(this) + (own == 0 ? "" : " native " + own);
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VlanRules o && mode == o.mode && own == o.own && Arrays.equals(members, o.members);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(members) * 31 + own;
    }
}
