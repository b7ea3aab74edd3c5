// SPDX-License-Identifier: Apache-2.0
/// Other sides for tests: clients that behave as the real ones do, and ones that do not.
///
/// Provided by this bundle; consumed by tests only.
///
/// ```
///   VhostFrontend: negotiate as QEMU does, frames, hostile descriptors
///     ├─ VhostWire    messages and descriptors over the socket, well-formed or not
///     ├─ GuestRam     memory in a memfd, under a guest address and a front-end's address
///     └─ VhostQueue   one virtqueue with its eventfds, driven or written by hand
///   Namespace: a Linux host of a test's own, with TAPs, addresses and programs
///     └─ Command      a program that runs beside a test
/// ```
@Export
@Version("1.0.0")
package vbus.testkit;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
