// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Takes over ports and rules that control threads changed: at a burst boundary, all at once.
///
/// A port that left is forgotten with its stations. One whose VLANs or configured stations changed begins with an empty table: its
/// frames go to all of the VLAN until it is heard again, and none is lost.
/// Threads: the lane's.
final class PortChanges {

    /// Ports and the rules of each, of one moment. The arrays are never changed.
    record Plan(Port[] ports, PortRules[] rules) {

        /// With the rules that the ports have now.
        static Plan of(Port... ports) {
            return new Plan(ports, Stream.of(ports).map(Port::rules).toArray(PortRules[]::new));
        }
    }

    private final MacTable<Port> table;
    private boolean limited;
    private long frame;

    PortChanges(MacTable<Port> table) {
        this.table = table;
    }

    /// True when a port has limits.
    boolean areLimited() {
        return limited;
    }

    /// Another frame is forwarded.
    void nextFrame() {
        frame++;
    }

    /// The number of the frame that is forwarded.
    long frame() {
        return frame;
    }

    /// @param now in the seconds of the table's clock
    void adopt(Port[] before, Plan plan, long now) {
        final Port[] next = plan.ports();
        final Set<Port> stay = new HashSet<>(List.of(next));
        for (Port p : before) {
            if (!stay.contains(p)) {
                table.forget(p);
            }
        }
        limited = false;
        for (int i = 0; i < next.length; i++) {
            final Port p = next[i];
            rules(p, plan.rules()[i]);
            limited |= p.policy().isLimited();
            for (long station : p.takeRestored()) {
                if (p.policy().vlan.has(MacTable.vlan(station))) {
                    table.learn(station, p, now);
                }
            }
        }
        mirrors(next);
    }

    private void rules(Port port, PortRules rules) {
        final Policy before = port.policy();
        if (!rules.vlan().equals(before.vlan) || !rules.stations().equals(before.rules.stations())) {
            table.forget(port);
        }
        port.policy(new Policy(rules, before));
        for (long station : rules.stations()) {
            table.fix(station, port); // there is room: a rulebook has no more stations than the table
        }
    }

    private void mirrors(Port[] all) {
        final Map<String, Port> byName = new HashMap<>();
        for (Port p : all) {
            byName.putIfAbsent(p.name(), p);
        }
        for (Port p : all) {
            final List<Port> in = new ArrayList<>();
            final List<Port> out = new ArrayList<>();
            for (MirrorRule rule : p.policy().rules.mirrors()) {
                final Port to = byName.get(rule.to());
                if (to != null && to != p) {
                    to.policy().mirror = true;
                    add(rule.in(), in, to);
                    add(rule.out(), out, to);
                }
            }
            p.policy().copiesIn = in.toArray(Policy.NOBODY);
            p.policy().copiesOut = out.toArray(Policy.NOBODY);
        }
        for (Port p : all) {
            if (p.policy().mirror) {
                table.forget(p); // nobody reaches it any more
            }
        }
    }

    private static void add(boolean wanted, List<Port> to, Port port) {
        if (wanted && !to.contains(port)) {
            to.add(port);
        }
    }
}
