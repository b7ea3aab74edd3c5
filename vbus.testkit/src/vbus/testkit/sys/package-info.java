// SPDX-License-Identifier: Apache-2.0
/// The system's own objects that a guest shares: files in memory, eventfds, UNIX sockets, through java.lang.foreign.
///
/// Provided by this bundle; consumed by tests only.
@Export
@Version("1.0.0")
package vbus.testkit.sys;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
