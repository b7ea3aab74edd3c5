// SPDX-License-Identifier: Apache-2.0
/// Memory that two sides share: regions of a guest, signals and rings over [java.lang.foreign.MemorySegment].
///
/// Provided by this bundle; used by device models, drivers, connectors and the bus. Depends on the JDK only.
///
/// ```
///  north (driver)                     shared memory                     south (device)
///  DriverRing --offer, publish-->  IOQ | virtio queues      --take, complete, publish--> Ring
///             <--reap------------                           <-----------------------------
///             Signal / Doorbell: "look at the ring", both ways
/// ```
@Export
@Version("1.0.0")
package vbus.shm;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
