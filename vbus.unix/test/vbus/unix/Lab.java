// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import vbus.unix.guest.UnixGuest;

/// A fake bus with an echoing device behind a real socket. At its end nothing may be left open.
final class Lab implements AutoCloseable {

    static final int PATIENCE_MILLIS = 900;
    static final int GUESTS = 6;

    final Path path;
    final FakeBus bus = new FakeBus();
    private final Held before = Held.now();
    private UnixConnector connector;

    private Lab(Path path) {
        this.path = path;
        bus.add(FakeBus.ECHO);
    }

    /// On the bus, and its socket listens.
    static Lab listening(Path folder) {
        return listening(endpoint(folder.resolve("guests.sock")));
    }

    static Lab listening(Endpoint endpoint) {
        Lab lab = new Lab(endpoint.path());
        lab.join(endpoint);
        return lab;
    }

    static Endpoint endpoint(Path path) {
        return new Endpoint("guests", path, "0600", Set.of(), GUESTS, 20, PATIENCE_MILLIS);
    }

    void join(Endpoint endpoint) {
        connector = new UnixConnector(endpoint);
        connector.join(bus);
        Await.until("the socket " + path, () -> Files.exists(path));
    }

    /// The host side goes away.
    void leave() {
        connector.leave();
        connector = null;
    }

    /// A guest as programs have it.
    UnixGuest guest(String name) {
        try {
            UnixGuest guest = new UnixGuest(path, new UnixGuest.Options(name, 2, 20));
            assertTrue(guest.awaitAttached(Await.DEADLINE), () -> "attached, " + bus.reports);
            return guest;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// A connection on which nothing was said.
    RawGuest raw() {
        return RawGuest.connect(path);
    }

    /// What there is when the socket listens and no guest is there.
    Held quiet() {
        return before.and(1, 1);
    }

    /// Nothing of any guest is left.
    void awaitQuiet() {
        Await.until("every session closed", () -> bus.openDevices() == 0);
        quiet().await();
    }

    /// A guest that did nothing wrong gets what it wants.
    void shouldStillServe() {
        try (RawGuest guest = raw().attach("healthy")) {
            assertEquals(0, guest.open(), guest::error);
            assertEquals(4, guest.echo(4), guest::error);
        }
    }

    @Override
    public void close() {
        if (connector != null) {
            leave();
        }
        before.await();
        bus.close();
        assertFalse(Files.exists(path), "the socket's file is gone");
    }
}
