// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Rules for the stations of a test's switch.
final class Rules {

    private final LearningSwitch lan;
    private final List<PortSetting> settings = new ArrayList<>();

    Rules(LearningSwitch lan) {
        this.lan = lan;
    }

    /// The station's rules from now on.
    Rules set(int station, PortRules rules) {
        final String guest = "guest" + station;
        settings.removeIf(s -> guest.equals(s.guest()));
        settings.add(new PortSetting(guest, "lan0", guest, null, null, rules));
        lan.configure(settings);
        return this;
    }

    Rules set(int station, VlanRules vlan) {
        return set(station, PortRules.of(vlan));
    }

    /// The station's rules, with something changed.
    Rules set(int station, UnaryOperator<Change> change) {
        return set(station, change.apply(new Change()).rules());
    }

    /// No rules for the station.
    void remove(int station) {
        settings.removeIf(s -> ("guest" + station).equals(s.guest()));
        lan.configure(settings);
    }

    static VlanRules trunk(int own, Integer... listed) {
        return VlanRules.trunk(Set.of(listed), own);
    }

    /// Rules being made.
    static final class Change {

        private VlanRules vlan = VlanRules.TRANSPARENT;
        private int priority;
        private boolean isolated;
        private boolean up = true;
        private int mtu;
        private Rate police;
        private Rate rate;
        private StormLimits storm = StormLimits.NONE;
        private final List<MirrorRule> mirrors = new ArrayList<>();
        private final List<Long> stations = new ArrayList<>();

        Change vlan(VlanRules next) {
            vlan = next;
            return this;
        }

        Change priority(int next) {
            priority = next;
            return this;
        }

        Change isolated() {
            isolated = true;
            return this;
        }

        Change down() {
            up = false;
            return this;
        }

        Change mtu(int next) {
            mtu = next;
            return this;
        }

        Change police(long bits, long burst) {
            police = new Rate(bits, burst);
            return this;
        }

        Change rate(long bits, long burst) {
            rate = new Rate(bits, burst);
            return this;
        }

        Change storm(int broadcast, int multicast, int unknown) {
            storm = new StormLimits(broadcast, multicast, unknown);
            return this;
        }

        Change mirror(String what, int to) {
            mirrors.add(MirrorRule.of(what, "guest" + to));
            return this;
        }

        Change station(int inVlan, long mac) {
            stations.add(MacTable.station(inVlan, mac));
            return this;
        }

        PortRules rules() {
            return new PortRules(vlan, priority, isolated, up, mtu, police, rate, storm, mirrors, stations);
        }
    }
}
