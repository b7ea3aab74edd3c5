// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.List;
import java.util.Map;

/// A port at one moment, for display.
///
/// @param port what people call it: the guest, with a number where it has several ports
/// @param guest its name, or that of an uplink
/// @param bus its name
/// @param mac address of the guest, as people write it
/// @param up whether the link is, and was not taken down
/// @param vlan the VLANs that it is in: `transparent`, `access 10`, `trunk 10,20-29 native 1`
/// @param rules what else was configured for it, by name
/// @param counters of all its queues, by name, see [Counters]
/// @param queues the counters of each queue pair
record PortView(String port, String guest, String bus, String mac, boolean up, String vlan, Map<String, String> rules,
    Map<String, Long> counters, List<Map<String, Long>> queues) { }
