// SPDX-License-Identifier: Apache-2.0
/// What the author of a device model needs: write a [Device], mark its component with [DeviceModel], drop the bundle.
///
/// Consumed by device models; provided by the bus. Import range for a device model: `[1.1,2)`.
///
/// ```
///   Device --link(bus)--> DeviceInterface --open(Session)--> Connection: call, shm, park, close
///         '-lane(DeviceLane): queues of its own   Session: serve(ring, work), event, configChanged, fail
/// ```
@Export
@Version("1.1.0")
package vbus.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
