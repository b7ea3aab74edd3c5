// SPDX-License-Identifier: Apache-2.0
package vbus.api.connector;

import org.osgi.annotation.versioning.ConsumerType;

/// Arrivals and departures on a bus, to one guest. Calls come one at a time and must not block.
@ConsumerType
public interface DeviceEvents {

    /// An interface is there. @spec vbus DEVADD
    void added(Offer offer);

    /// It is not: close what is open on it; after the grace period it is taken away. @spec vbus DEVDROP
    void dropped(Offer offer);

    /// An interface on a bus.
    ///
    /// @param id on the bus
    /// @param type ABI
    /// @param version of the ABI
    /// @param device name of the device
    record Offer(int id, String type, int version, String device) { }
}
