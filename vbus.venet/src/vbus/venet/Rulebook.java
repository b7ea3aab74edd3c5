// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// All rules of a switch: which port gets which. Immutable.
final class Rulebook {

    private final SwitchSettings all;
    private final List<PortSetting> settings;

    /// Errors: IllegalArgumentException when a station is to be at two ports, or there are more than the table may have.
    Rulebook(SwitchSettings all, Collection<PortSetting> settings) {
        this.all = all;
        this.settings = settings.stream().sorted().toList();
        final Map<Long, String> places = new HashMap<>();
        for (PortSetting s : this.settings) {
            for (long station : s.rules().stations()) {
                final String other = places.put(station, s.name());
                if (other != null) {
                    throw new IllegalArgumentException("station %s of port %s: want it at one port, %s has it as well"
                        .formatted(MacTable.text(station), s.name(), other));
                }
            }
        }
        if (places.size() > all.maxAddresses()) {
            throw new IllegalArgumentException("%d stations for a switch of maxAddresses %d: want no more than that"
                .formatted(places.size(), all.maxAddresses()));
        }
    }

    /// The rules of a port: the first setting that is for it, and what the switch has for all.
    PortRules of(Port port) {
        final PortRules own = settings.stream().filter(s -> s.isFor(port)).map(PortSetting::rules).findFirst().orElse(all.unconfigured());
        final List<MirrorRule> mirrors = new ArrayList<>(own.mirrors());
        if (all.mirror() != null) {
            mirrors.add(all.mirror());
        }
        return own.with(mirrors).with(own.storm().or(all.storm()));
    }
}
