// SPDX-License-Identifier: Apache-2.0
package vbus.api.connector;

import org.osgi.annotation.versioning.ProviderType;

/// A member of a bus.
@ProviderType
public interface Guest extends AutoCloseable {

    /// Its name on the bus.
    String name();

    /// Opens an interface.
    /// Errors: NOT_FOUND for an unknown id, BUSY when the guest has it open, or what the device says.
    Channel open(int id, int version, SessionEvents events);

    /// Returns when every lane that serves a session of this guest has passed a burst boundary: a region that was taken from its
    /// memory before is then in nobody's use. Errors: TIMED_OUT when a lane does not come to one.
    void settle();

    /// Leaves the bus: every session is closed, and no lane uses the guest's memory any more.
    @Override
    void close();
}
