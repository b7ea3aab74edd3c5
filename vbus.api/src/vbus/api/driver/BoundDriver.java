// SPDX-License-Identifier: Apache-2.0
package vbus.api.driver;

import org.osgi.annotation.versioning.ConsumerType;

/// A driver at work on one device.
///
/// Threads: the guest's own thread, one call at a time.
@ConsumerType
@FunctionalInterface
public interface BoundDriver {

    /// The device leaves or the driver does: stop using it. The proxy is closed afterwards.
    void remove();

    /// The device tells something; `kind` and `data` belong to the interface's ABI.
    default void event(int kind, byte[] data) { }

    /// The device's configuration space changed.
    default void configChanged() { }
}
