// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

/// What counts for a whole switch.
///
/// @param maxAddresses stations that it remembers
/// @param ageingSeconds without a frame after which one is forgotten
/// @param mtu bytes of payload of a frame
/// @param unconfigured the rules of ports that no setting is for
/// @param storm limits of ports that have none of their own
/// @param mirror that gets copies of the frames of all ports, or null
record SwitchSettings(int maxAddresses, int ageingSeconds, int mtu, PortRules unconfigured, StormLimits storm, MirrorRule mirror) {

    SwitchSettings {
        if (mtu < LearningSwitch.LEAST_MTU || mtu > LearningSwitch.MOST_MTU) {
            throw new IllegalArgumentException("mtu %d: want %d..%d".formatted(mtu, LearningSwitch.LEAST_MTU, LearningSwitch.MOST_MTU));
        }
    }

    /// A switch without rules.
    static SwitchSettings of(int maxAddresses, int ageingSeconds, int mtu) {
        return new SwitchSettings(maxAddresses, ageingSeconds, mtu, PortRules.DEFAULT.with(INHERITED), StormLimits.NONE, null);
    }

    private static final StormLimits INHERITED = new StormLimits(StormLimits.INHERITED, StormLimits.INHERITED, StormLimits.INHERITED);

    /// What ports without a setting are. @param text `transparent`, `closed`, or a VLAN
    static PortRules unconfigured(String text) {
        final String want = text == null ? "transparent" : text.strip();
        final PortRules rules = switch (want) {
            case "transparent" -> PortRules.DEFAULT;
            case "closed" -> PortRules.closed();
            default -> PortRules.of(VlanRules.access(number(want)));
        };
        return rules.with(INHERITED);
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("defaultVlan '%s': want transparent, closed, or a VLAN 1..%d"
                .formatted(text, VlanRules.MOST_VLAN), e);
        }
    }
}
