// SPDX-License-Identifier: Apache-2.0
package vbus.api;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/// A virtual device: one configured instance, which exists before any bus and may be linked to several.
///
/// ```
///   component activated ─▶ lane ─▶ link(bus) ─▶ interfaces offered ─▶ open … open ─▶ unlink(bus) ─▶ deactivated
///                                                    └─ code replaced: each connection parks, the new device's link and open resume
/// ```
/// A device model has no threads: its control calls come from the caller's thread, its work from the bus's lane, and all work of
/// one device runs on one lane, one piece at a time.
///
/// Registered as a service by a component that is marked with [DeviceModel]; the service's factory PID instance is its name.
@ConsumerType
public interface Device {

    /// Gives the device its lane, for queues that are no guest's; once for each object, before its first `link`. What is served on it
    /// runs only after the links and all sessions were taken over.
    default void lane(DeviceLane lane) { }

    /// Puts the device on a bus; the result is what it offers there, one interface for each type.
    /// Called again, on the new object, when the device's code was replaced.
    /// Errors: VbusException BUSY when the device can not serve one more bus; the link then shows why.
    List<DeviceInterface> link(String bus);

    /// Takes the device off a bus; every connection of that bus was closed or parked before.
    default void unlink(String bus) { }
}
