// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.nio.file.Path;
import java.util.Set;
import vbus.api.connector.Bus;
import vbus.unix.protocol.Message;

/// A socket for guest processes in a plain Java program: what the component does with a configuration, without a container.
///
/// Ownership: the caller's, who closes it; its guests are detached then.
public final class HostSocket implements AutoCloseable {

    private static final String MODE = "0600";
    private static final int GUESTS = 256;

    private final UnixConnector connector;

    /// Begins to listen at `path`, for this user alone.
    ///
    /// @param bus that the guests are members of
    /// @param spinMicros how long a call slot is looked at before its thread sleeps
    public HostSocket(Bus bus, Path path, int spinMicros) {
        connector = new UnixConnector(new Endpoint(path.getFileName().toString(), path, MODE, Set.of(), GUESTS, spinMicros,
            Message.PATIENCE_MILLIS));
        connector.join(bus);
    }

    @Override
    public void close() {
        connector.leave();
    }
}
