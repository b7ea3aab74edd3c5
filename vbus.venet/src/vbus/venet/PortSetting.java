// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

/// Rules and the ports that they are for.
///
/// @param name of the setting, for messages
/// @param device the switch
/// @param guest whose ports they are, or null
/// @param uplink that they are for, or null
/// @param bus that the guest is on, or null for any
/// @param rules for them
record PortSetting(String name, String device, String guest, String uplink, String bus, PortRules rules)
        implements Comparable<PortSetting> {

    PortSetting {
        if (device == null || device.isBlank()) {
            throw new IllegalArgumentException("port %s: want device, the name of a switch".formatted(name));
        }
        guest = clean(guest);
        uplink = clean(uplink);
        bus = clean(bus);
        if ((guest == null) == (uplink == null)) {
            throw new IllegalArgumentException("port %s: want either guest or uplink, a name".formatted(name));
        }
        if (uplink != null && bus != null) {
            throw new IllegalArgumentException("port %s: want no bus for the uplink %s, it is on none".formatted(name, uplink));
        }
    }

    private static String clean(String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }

    /// True when the port is one of those.
    boolean isFor(Port port) {
        return port.isUplink() ? port.name().equals(uplink) : port.name().equals(guest) && (bus == null || bus.equals(port.session.bus()));
    }

    /// What counts first comes first: who names a bus, then by name.
    @Override
    public int compareTo(PortSetting other) {
        final int byBus = Boolean.compare(bus == null, other.bus == null);
        return byBus != 0 ? byBus : name.compareTo(other.name);
    }
}
