// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import vbus.api.Connection;
import vbus.api.DeviceInterface.Opener;
import vbus.api.view.Event;

/// A device's half of a session: what the present code has of it, replaced with that code.
///
/// Threads: guarded by the session's lock.
final class DeviceHalf {

    private final BusSession session;
    private Connection connection;
    private Lease lease;
    private byte[] snapshot;

    DeviceHalf(BusSession session) {
        this.session = session;
    }

    /// Has code take the session, with all that is registered. Errors: whatever the code throws; `stop` cleans up.
    void open(Opener opener, List<Registered> registered) {
        lease = new Lease(session, snapshot);
        connection = Objects.requireNonNull(opener.open(lease), "open made no connection");
        registered.forEach(connection::shm);
        snapshot = null;
    }

    /// Lets the caller go past the lock to the present code.
    void grant(CallGate gate) {
        gate.grant(connection);
    }

    int call(int function, MemorySegment data) {
        return connection.call(function, data);
    }

    void shm(Registered r) {
        connection.shm(r);
    }

    void unshm(Registered r) {
        if (connection != null) {
            guarded(() -> connection.unshm(r));
        }
    }

    /// Keeps what the code leaves for its successor, and lets go of it. Errors: whatever the code throws.
    void park() {
        snapshot = connection.park().clone();
        connection = null;
        lease.end();
    }

    /// Ends it at a burst boundary: no work of it runs any more. Errors: TIMED_OUT when the lane is stuck; to be tried again.
    void stop() {
        if (lease != null) {
            lease.end();
        }
        session.group().end(session, null);
        close();
    }

    /// Ends it when the lane runs none of its work.
    void close() {
        Connection c = connection;
        connection = null;
        if (c != null) {
            lease.end();
            guarded(c::close);
        }
    }

    private void guarded(Runnable code) {
        try {
            code.run();
        } catch (RuntimeException | Error e) {
            session.report(Event.Kind.LOG, "its device model failed as it let go: " + e);
        }
    }
}
