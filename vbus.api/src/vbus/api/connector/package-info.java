// SPDX-License-Identifier: Apache-2.0
/// What the author of a connector needs, to bring one more kind of guest to the bus.
///
/// [Connector], [DeviceEvents] and [SessionEvents] are consumed; [Bus], [Guest] and [Channel] are provided by the bus.
///
/// ```
///   Connector.join(Bus) -> Bus.attach -> Guest.open -> Channel: call, shm -> Registration: kick, close
///                             events up: DeviceEvents added, dropped; SessionEvents event, configChanged, broken, closed
/// ```
@Export
@Version("1.0.0")
package vbus.api.connector;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
