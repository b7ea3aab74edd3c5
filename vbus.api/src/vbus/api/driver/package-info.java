// SPDX-License-Identifier: Apache-2.0
/// What the author of a driver needs: write a [Driver], mark its component with [DriverFor], drop the bundle.
///
/// Consumed by drivers; [DeviceProxy] is provided by the proxy bus, [BusPort] by the guest's side of a connector.
///
/// ```
///   connector (guest's side) --BusPort--> proxy bus --DeviceProxy--> Driver.probe -> BoundDriver.remove
/// ```
@Export
@Version("1.0.0")
package vbus.api.driver;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
