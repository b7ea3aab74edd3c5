// SPDX-License-Identifier: Apache-2.0
package vbus.api.connector;

import org.osgi.annotation.versioning.ConsumerType;

/// Brings one kind of guest to a bus: a whiteboard service whose property `vbus.bus` names the bus it wants to join.
///
/// Threads: `join` and `leave` alternate and do not overlap.
@ConsumerType
public interface Connector {

    /// Service property with the name of the bus.
    String BUS = "vbus.bus";

    /// The bus is there. Errors: an exception is counted and shown; the connector is then not on the bus.
    void join(Bus bus);

    /// The bus goes away, or the connector does: detach every guest.
    void leave();
}
