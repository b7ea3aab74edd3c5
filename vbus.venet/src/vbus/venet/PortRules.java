// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What a port may do. Never changed: a port gets other rules, which count from the next burst on.
///
/// @param vlan which VLANs it is in
/// @param priority of its frames without tag, 0..7, as a tag would have it
/// @param isolated never reaches another isolated port
/// @param up false when its user took it down
/// @param mtu bytes of payload of the longest frame to it, 0 for the switch's; packets that are to be segmented may be longer
/// @param police limit of what its guest sends, null for none: what is more is dropped
/// @param rate limit of what it is sent, null for none: what is more is dropped
/// @param storm limits of what it sends to everybody
/// @param mirrors where copies of its frames go
/// @param stations that are at this port for ever, each [MacTable#station]
record PortRules(VlanRules vlan, int priority, boolean isolated, boolean up, int mtu, Rate police, Rate rate, StormLimits storm,
        List<MirrorRule> mirrors, List<Long> stations) {

    /// The rules of a port that nobody made rules for.
    static final PortRules DEFAULT = of(VlanRules.TRANSPARENT);

    private static final int MOST_PRIORITY = 7;

    PortRules {
        if (priority < 0 || priority > MOST_PRIORITY) {
            throw new IllegalArgumentException("priority %d: want 0..%d".formatted(priority, MOST_PRIORITY));
        }
        if (mtu != 0 && (mtu < LearningSwitch.LEAST_MTU || mtu > LearningSwitch.MOST_MTU)) {
            throw new IllegalArgumentException("mtu %d: want 0 (the switch's) or %d..%d"
                .formatted(mtu, LearningSwitch.LEAST_MTU, LearningSwitch.MOST_MTU));
        }
        mirrors = List.copyOf(mirrors);
        stations = List.copyOf(stations);
    }

    /// Rules with nothing but VLANs.
    static PortRules of(VlanRules vlan) {
        return new PortRules(vlan, 0, false, true, 0, null, null, StormLimits.NONE, List.of(), List.of());
    }

    /// The rules of a port that is to carry nothing.
    static PortRules closed() {
        return DEFAULT.with(false);
    }

    PortRules with(boolean nowUp) {
        return new PortRules(vlan, priority, isolated, nowUp, mtu, police, rate, storm, mirrors, stations);
    }

    PortRules with(List<MirrorRule> others) {
        return new PortRules(vlan, priority, isolated, up, mtu, police, rate, storm, others, stations);
    }

    PortRules with(StormLimits other) {
        return new PortRules(vlan, priority, isolated, up, mtu, police, rate, other, mirrors, stations);
    }

    /// By name, for display; what is as usual is left out.
    Map<String, String> byName() {
        final Map<String, String> map = new LinkedHashMap<>();
        put(map, "priority", priority != 0, priority);
        put(map, "isolated", isolated, true);
        put(map, "up", !up, false);
        put(map, "mtu", mtu != 0, mtu);
        put(map, "police", police != null, police == null ? "" : police.text());
        put(map, "rate", rate != null, rate == null ? "" : rate.text());
        put(map, "stormBroadcast", storm.broadcast() > 0, storm.broadcast());
        put(map, "stormMulticast", storm.multicast() > 0, storm.multicast());
        put(map, "stormUnknown", storm.unknown() > 0, storm.unknown());
        put(map, "mirror", !mirrors.isEmpty(), mirrors.stream().map(MirrorRule::text).collect(Collectors.joining(", ")));
        put(map, "stations", !stations.isEmpty(), stations.stream().map(MacTable::text).collect(Collectors.joining(", ")));
        return map;
    }

    private static void put(Map<String, String> map, String name, boolean unusual, Object value) {
        if (unusual) {
            map.put(name, value.toString());
        }
    }
}
