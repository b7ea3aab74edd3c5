// SPDX-License-Identifier: Apache-2.0
/// What memory that two processes share needs of the operating system: files that both map, UNIX sockets that carry descriptors,
/// eventfds, epoll; and TAPs, the network interfaces whose other end is a program. All native calls of the bundles that ship are made here.
///
/// Provided by this bundle; used by connectors and the bus. Linux with 64 bits. Every failure is an [ErrnoException] that names the
/// call; who makes an object closes it.
@Export
@Version("1.0.0")
package vbus.shm.linux;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
