// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.List;
import java.util.Map;

/// A port at one moment, for display.
///
/// @param guest its name
/// @param bus its name
/// @param mac address of the guest, as people write it
/// @param up whether the link is
/// @param counters of all its queues, by name, see [Counters]
/// @param queues the counters of each queue pair
record PortView(String guest, String bus, String mac, boolean up, Map<String, Long> counters, List<Map<String, Long>> queues) { }
