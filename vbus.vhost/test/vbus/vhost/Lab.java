// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.testkit.VhostFrontend;
import vbus.testkit.VhostWire;

/// A fake bus with an echoing network card behind a real socket. At its end nothing may be left open.
final class Lab implements AutoCloseable {

    static final Offer CARD = new Offer(7, "virtio-net", 1, "card");
    static final byte[] NOTHING = {};

    final Path folder;
    final Path path;
    final FakeBus bus = new FakeBus();
    final VhostConnector connector;
    private final long openBefore = OpenFds.count();
    private boolean joined;

    Lab(Path folder) {
        this.folder = folder;
        path = folder.resolve("card.sock");
        connector = new VhostConnector(endpoint(path));
    }

    static Endpoint endpoint(Path path) {
        return new Endpoint("vm1", "card", path, "0600", "guest1");
    }

    /// On the bus, and the device is there.
    static Lab listening(Path folder) {
        Lab lab = new Lab(folder);
        lab.bus.add(CARD);
        lab.join();
        return lab;
    }

    void join() {
        connector.join(bus);
        joined = true;
    }

    void leave() {
        connector.leave();
        joined = false;
    }

    /// A card whose rings run.
    VhostFrontend card() {
        return VhostFrontend.running(path, Await.DEADLINE);
    }

    VhostWire wire() {
        return VhostWire.connect(path, Await.DEADLINE);
    }

    /// Nothing of a front-end is left but the listening socket.
    void awaitQuiet() {
        Await.until("every session closed", () -> bus.openChannels() == 0);
        Await.until("nothing open but the listening socket", () -> OpenFds.count() == openBefore + 1);
    }

    @Override
    public void close() {
        if (joined) {
            leave();
        }
        Await.until("nothing left open", () -> OpenFds.count() <= openBefore);
        bus.close();
        assertFalse(Files.exists(path), "the socket's file is gone");
    }
}
