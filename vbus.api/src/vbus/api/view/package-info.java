// SPDX-License-Identifier: Apache-2.0
/// What people and tools see: of the bus, [Inventory] and [Journal]; of a device, [Tables] and [Capturable].
///
/// Inventory and Journal are provided by the bus, Tables and Capturable by device models; shells and pages consume all.
/// Import range for a device model: `[1.1,2)`.
@Export
@Version("1.1.0")
package vbus.api.view;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
