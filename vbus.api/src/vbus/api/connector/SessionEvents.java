// SPDX-License-Identifier: Apache-2.0
package vbus.api.connector;

import org.osgi.annotation.versioning.ConsumerType;

/// What happens to a session, to the guest's side of its connector. Must not block.
@ConsumerType
public interface SessionEvents {

    /// The device tells the driver something.
    default void event(int kind, byte[] data) { }

    /// The device's configuration space changed.
    default void configChanged() { }

    /// The session is broken: nothing works on it any more but `close`.
    default void broken(String reason) { }

    /// The session was taken away: the device left and its grace period is over.
    default void closed() { }
}
