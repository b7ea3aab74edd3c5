// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.api.view.Event;
import vbus.api.view.Event.Kind;
import vbus.api.view.Inventory.SessionView;
import vbus.testkit.VhostFrontend;
import vbus.testkit.VhostWire;

/// Guests that break the rules: each is cut or broken with a reason and counted, and two other guests' frames go on meanwhile.
class BadGuestTest {

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final byte[] BROADCAST = frame("ff:ff:ff:ff:ff:ff");

    private final Container container = Container.empty();
    private FrameExchange exchange;
    private Path socket;
    private long since;

    @BeforeEach
    void begin() throws IOException {
        exchange = FrameExchange.start(container);
        socket = Files.createTempDirectory("vbus").resolve("vm.sock");
        since = container.now();
    }

    @AfterEach
    void end() {
        try {
            exchange.awaitMore(1000);
            exchange.assertPerfect();
        } finally {
            exchange.close();
            container.clear();
        }
    }

    private void attachable() {
        container.configure("vbus.vhost.socket~vm", "bus=lab", "device=lan0", "path=" + socket);
        container.await("socket", () -> Files.exists(socket));
    }

    @Test
    void shouldSayThatASocketPathIsTaken() throws IOException {
        long refused = container.journal().count(Kind.REFUSED);
        try (var other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(socket));

            container.configure("vbus.vhost.socket~vm", "bus=lab", "device=lan0", "path=" + socket);

            Event e = container.awaitEvent(since, Kind.REFUSED, "is taken");
            assertTrue(e.message().contains(socket.toString()), e.message());
            assertTrue(container.journal().count(Kind.REFUSED) > refused, "counted");
        }
    }

    @Test
    void shouldCutAGuestThatSendsGarbageAndServeTheNext() {
        attachable();
        long counted = container.journal().count(Kind.PROTOCOL);
        try (VhostWire wire = VhostWire.connect(socket, DEADLINE)) {
            wire.bytes(new byte[] {0x47, 0x45, 0x54, 0x20, 0x2f, 0x20, 0x48, 0x54, 0x54, 0x50, 0x2f, 0x31});

            assertTrue(wire.ended(DEADLINE), "the connection is cut");
        }
        Event e = container.awaitEvent(since, Kind.PROTOCOL, "vm");
        assertTrue(e.message().contains("want"), "says what would be right: " + e.message());
        assertTrue(container.journal().count(Kind.PROTOCOL) > counted, "counted");
        try (VhostFrontend next = VhostFrontend.running(socket, DEADLINE)) {
            assertTrue(next.send(BROADCAST));
            container.await("a session of the next front-end", () -> session() != null && session().state().equals("open"));
        }
    }

    @Test
    void shouldBreakTheSessionOfADescriptorOutsideItsMemory() {
        attachable();
        long counted = container.journal().count(Kind.BROKEN);
        try (VhostFrontend guest = VhostFrontend.running(socket, DEADLINE)) {
            assertTrue(guest.send(BROADCAST), "it works before");

            guest.tx().descriptor(7, 0xdead_0000_0000L, 64, 0, 0);
            guest.tx().offer(7);

            Event e = container.awaitEvent(since, Kind.BROKEN, "0xdead00000000");
            assertEquals("lab/lan0 virtio-net of vm", e.subject());
            assertTrue(e.message().contains("outside the guest's memory"), e.message());
            assertEquals(counted + 1, container.journal().count(Kind.BROKEN), "counted once");
            assertNotNull(session());
            assertEquals("broken", session().state());
            assertEquals(e.message(), session().reason());
        }
        try (VhostFrontend again = VhostFrontend.running(socket, DEADLINE)) {
            assertTrue(again.send(BROADCAST));
            container.await("a session after a new connect", () -> session() != null && session().state().equals("open"));
        }
    }

    private SessionView session() {
        return container.inventory().guests().stream().filter(g -> g.name().equals("vm")).flatMap(g -> g.sessions().stream())
            .findFirst().orElse(null);
    }

    private static byte[] frame(String destination) {
        byte[] frame = new byte[64];
        String[] bytes = destination.split(":");
        for (int i = 0; i < 6; i++) {
            frame[i] = (byte) Integer.parseInt(bytes[i], 16);
            frame[6 + i] = (byte) (i == 0 ? 2 : i);
        }
        frame[12] = (byte) 0x88;
        frame[13] = (byte) 0xb6;
        return frame;
    }
}
