// SPDX-License-Identifier: Apache-2.0
package vbus.api.view;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/// What is there at this moment, as plain records. Threads: any.
@ProviderType
public interface Inventory {

    /// The buses by name.
    List<BusView> buses();

    /// Configured devices by name, also those whose code is not there at the moment.
    List<DeviceView> devices();

    /// Members of the buses.
    List<GuestView> guests();

    /// A bus.
    ///
    /// @param name of the bus
    /// @param offers interfaces on it, by id
    /// @param guests names of its members
    record BusView(String name, List<OfferView> offers, List<String> guests) { }

    /// An interface on a bus.
    record OfferView(int id, String type, int version, String device) { }

    /// A device.
    ///
    /// @param name of the device
    /// @param deviceClass its factory PID
    /// @param state one of `up`, `parked`, `refused`
    /// @param buses it is linked to
    record DeviceView(String name, String deviceClass, String state, List<String> buses) { }

    /// A guest.
    ///
    /// @param bus it is a member of
    /// @param name of the guest
    /// @param memoryBytes that it lets devices see
    /// @param sessions that it has open
    record GuestView(String bus, String name, long memoryBytes, List<SessionView> sessions) { }

    /// A session.
    ///
    /// @param id of the interface on the bus
    /// @param device name of the device
    /// @param type ABI
    /// @param state one of `open`, `parked`, `broken`
    /// @param reason why it is broken, else empty
    /// @param counters of its rings and calls, by name
    record SessionView(int id, String device, String type, String state, String reason, Map<String, Long> counters) { }
}
