// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads a port's configuration. Errors: IllegalArgumentException that names the port, the value, and what would be right.
final class PortConfiguration {

    private PortConfiguration() { }

    static PortSetting setting(String name, PortComponent.Config config) {
        try {
            return new PortSetting(name, config.device(), config.guest(), config.uplink(), config.bus(), rules(config));
        } catch (IllegalArgumentException e) {
            final String message = String.valueOf(e.getMessage());
            throw message.startsWith("port ") ? e : new IllegalArgumentException("port %s: %s".formatted(name, message), e);
        }
    }

    private static PortRules rules(PortComponent.Config config) {
        final VlanRules vlan = vlan(config.vlan(), config.trunk());
        final MirrorRule mirror = MirrorRule.of(config.mirror(), config.mirrorTo());
        return new PortRules(vlan, config.priority(), config.isolated(), config.up(), config.mtu(),
            Rate.of(config.police(), config.policeBurst()), Rate.of(config.rate(), config.rateBurst()),
            new StormLimits(config.stormBroadcast(), config.stormMulticast(), config.stormUnknown()),
            mirror == null ? List.of() : List.of(mirror), stations(vlan, config.stations()));
    }

    /// @param own VLAN of frames without a tag, or 0
    static VlanRules vlan(int own, String... trunk) {
        final Set<Integer> listed = VlanList.parse(trunk);
        if (listed.isEmpty()) {
            return own == 0 ? VlanRules.TRANSPARENT : VlanRules.access(own);
        }
        return VlanRules.trunk(listed, own);
    }

    private static List<Long> stations(VlanRules vlan, String... texts) {
        final List<Long> stations = new ArrayList<>();
        for (String text : texts) {
            for (String part : text.strip().split("[,\\s]+")) {
                if (!part.isEmpty()) {
                    stations.add(station(vlan, part));
                }
            }
        }
        return stations;
    }

    private static long station(VlanRules rules, String text) {
        final String[] parts = text.split("/", 2);
        final long mac = Mac.parse(parts[0]);
        if ((mac & Mac.GROUP) != 0) {
            throw new IllegalArgumentException("station %s: want an address of one station, not of a group".formatted(text));
        }
        final int vlan = parts.length == 1 ? rules.own() : number(text, parts[1]);
        if (!rules.has(vlan)) {
            throw new IllegalArgumentException("station %s: want one of the port's VLANs behind it, %s".formatted(text, rules.text()));
        }
        return MacTable.station(vlan, mac);
    }

    private static int number(String text, String vlan) {
        try {
            return VlanRules.valid(Integer.parseInt(vlan));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("station %s: want a VLAN 1..%d behind /".formatted(text, VlanRules.MOST_VLAN), e);
        }
    }
}
