// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.Set;
import java.util.TreeSet;

/// VLANs as people write them: `10,20-29`, or `all`.
final class VlanList {

    private VlanList() { }

    /// Errors: IllegalArgumentException that says what would be right.
    static Set<Integer> parse(String... texts) {
        final Set<Integer> vlans = new TreeSet<>();
        for (String text : texts) {
            for (String part : text.strip().split("[,\\s]+")) {
                if (!part.isEmpty()) {
                    range(part, vlans);
                }
            }
        }
        return vlans;
    }

    private static void range(String part, Set<Integer> vlans) {
        final String text = part.equals("all") ? "1-" + VlanRules.MOST_VLAN : part;
        final String[] ends = text.split("-", 2);
        try {
            final int first = VlanRules.valid(Integer.parseInt(ends[0]));
            final int last = VlanRules.valid(Integer.parseInt(ends[ends.length - 1]));
            if (first > last) {
                throw new IllegalArgumentException("VLANs '%s': want the lower one first".formatted(part));
            }
            for (int vlan = first; vlan <= last; vlan++) {
                vlans.add(vlan);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("VLANs '%s': want a list as 10,20-29, or all".formatted(part), e);
        }
    }

    /// All VLANs of a port.
    static String text(VlanRules rules) {
        final StringBuilder text = new StringBuilder();
        for (int vlan = 1; vlan <= VlanRules.MOST_VLAN; vlan++) {
            if (rules.has(vlan) && !rules.has(vlan - 1)) {
                int last = vlan;
                while (last < VlanRules.MOST_VLAN && rules.has(last + 1)) {
                    last++;
                }
                text.append(text.isEmpty() ? "" : ",").append(last == vlan ? "" + vlan : vlan + "-" + last);
            }
        }
        return text.toString();
    }
}
