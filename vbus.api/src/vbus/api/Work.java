// SPDX-License-Identifier: Apache-2.0
package vbus.api;

import org.osgi.annotation.versioning.ConsumerType;

/// A piece of a device's data plane, run by its lane.
@ConsumerType
@FunctionalInterface
public interface Work {

    /// Does up to `budget` elements and returns their number: 0 when there is nothing to do, [vbus.shm.Ring#BROKEN] when the ring
    /// is. At its return, a burst boundary, nothing taken from a ring is held unless kept on purpose.
    /// Must not block, allocate, lock or log per element.
    int run(int budget);
}
