// SPDX-License-Identifier: Apache-2.0
/// What people and tools see of the bus: [Inventory] and [Journal]. Provided by the bus; consumed by shells and pages.
@Export
@Version("1.0.0")
package vbus.api.view;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
