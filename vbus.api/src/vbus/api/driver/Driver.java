// SPDX-License-Identifier: Apache-2.0
package vbus.api.driver;

import org.osgi.annotation.versioning.ConsumerType;

/// Code on the guest's side for one interface type: a whiteboard service, marked with [DriverFor].
@ConsumerType
public interface Driver {

    /// Takes a device that matched: opens it and sets it to work. The proxy bus calls it when a matching device arrives, and for
    /// the devices that are there when the driver arrives.
    /// Errors: any exception leaves the device without a driver, shows why, and closes what was opened.
    /// Threads: the guest's own thread; must not block for long.
    BoundDriver probe(DeviceProxy device);
}
