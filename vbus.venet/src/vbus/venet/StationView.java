// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

/// An address of the MAC table at one moment, for display.
///
/// @param mac as people write it
/// @param vlan 0 for that of transparent ports
/// @param port where it was heard
/// @param bus of the guest
/// @param ageSeconds since its last frame, 0 for a fixed one
/// @param fixed true when it was configured
record StationView(String mac, int vlan, String port, String bus, long ageSeconds, boolean fixed) { }
