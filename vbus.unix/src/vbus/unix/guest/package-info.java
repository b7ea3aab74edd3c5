// SPDX-License-Identifier: Apache-2.0
/// The guest's side: a plain library that makes this process a guest of a bus in another process.
///
/// Used by the component of this package in a container, and by programs without OSGi:
///
/// ```
///   try (UnixGuest guest = new UnixGuest(path, options)) {     // attaches, and attaches again whenever the host comes back
///       Drivers.on(guest)...                                   // vbus.proxy: the drivers find the bus's devices
///   }
/// ```
@Export
@Version("1.0.0")
package vbus.unix.guest;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
