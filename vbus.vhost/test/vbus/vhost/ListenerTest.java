// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.testkit.VhostRequest.GET_PROTOCOL_FEATURES;
import static vbus.testkit.VhostRequest.SET_FEATURES;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.api.view.Event.Kind;
import vbus.shm.linux.SocketFile;
import vbus.testkit.VhostFrontend;
import vbus.testkit.VhostWire;
import vbus.testkit.sys.UnixStream;

class ListenerTest {

    @TempDir
    Path folder;

    @Test
    void shouldAttachTheGuestAndListenWhenTheDeviceArrives() {
        try (Lab lab = new Lab(folder)) {
            lab.join();
            assertEquals("guest1", lab.bus.guest);
            lab.bus.add(new Offer(1, "virtio-net", 1, "another"));
            lab.bus.add(new Offer(2, "virtual-ethernet", 1, "card"));
            assertFalse(Files.exists(lab.path));

            lab.bus.add(Lab.CARD);

            lab.wire().close();
        }
    }

    @Test
    void shouldGiveTheSocketItsMode() throws IOException {
        try (Lab lab = Lab.listening(folder)) {
            lab.wire().close();

            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(lab.path)));
        }
    }

    @Test
    void shouldCutTheConnectionAndStopListeningWhenTheDeviceLeaves() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            lab.bus.drop(Lab.CARD);

            assertTrue(card.wire().ended(Await.DEADLINE));
            Await.until("the socket's file is gone", () -> !Files.exists(lab.path));
            assertEquals(0, lab.bus.openChannels());
            assertEquals(List.of(), lab.bus.reports);
        }
    }

    @Test
    void shouldBlameNobodyForAMessageThatTheDevicesEndCut() {
        try (Lab lab = Lab.listening(folder); VhostWire wire = lab.wire()) {
            wire.ask(GET_PROTOCOL_FEATURES);
            wire.message(SET_FEATURES, 1, 8, new byte[3]);
            lab.bus.drop(Lab.CARD);

            assertTrue(wire.ended(Await.DEADLINE));
            Await.until("the socket's file is gone", () -> !Files.exists(lab.path));
            assertEquals(List.of(), lab.bus.reports);
        }
    }

    @Test
    void shouldListenAgainWhenTheDeviceComesBack() {
        try (Lab lab = Lab.listening(folder)) {
            for (int i = 0; i < 20; i++) {
                lab.wire().close();
                lab.bus.drop(Lab.CARD);
                lab.bus.add(Lab.CARD);
            }
            lab.card().close();
        }
    }

    @Test
    void shouldJoinAndLeaveAgainAndAgain() {
        try (Lab lab = new Lab(folder)) {
            lab.bus.add(Lab.CARD);
            for (int i = 0; i < 10; i++) {
                lab.join();
                VhostFrontend card = lab.card();
                lab.leave();
                assertTrue(card.wire().ended(Await.DEADLINE));
                assertFalse(Files.exists(lab.path));
                assertEquals(0, lab.bus.openChannels());
                card.close();
            }
        }
    }

    @Test
    void shouldCutTheConnectionWhenTheSessionIsTakenAway() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            lab.bus.channel().events.closed();

            assertTrue(card.wire().ended(Await.DEADLINE));
        }
    }

    @Test
    void shouldLetASecondFrontendWaitForTheFirstToLeave() {
        try (Lab lab = Lab.listening(folder); VhostFrontend first = lab.card(); VhostWire second = lab.wire()) {
            byte[] nothing = {};
            second.send(GET_PROTOCOL_FEATURES, nothing);
            assertFalse(second.ended(Duration.ofMillis(50)));
            assertEquals(1, lab.bus.channels.size());

            first.disconnect();

            second.send(GET_PROTOCOL_FEATURES, nothing);
            assertFalse(second.ended(Duration.ofMillis(50)));
        }
    }

    @Test
    void shouldReplaceWhatADeadProcessLeft() throws IOException {
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(folder.resolve("card.sock")));
        }
        assertTrue(Files.exists(folder.resolve("card.sock")));

        try (Lab lab = Lab.listening(folder)) {
            lab.card().close();
            assertEquals(List.of(), lab.bus.reports);
        }
    }

    @Test
    void shouldWaitForAPathThatIsTaken() throws IOException {
        Path path = folder.resolve("card.sock");
        var other = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
        try (Lab lab = Lab.listening(folder)) {
            lab.bus.await(Kind.REFUSED, "socket path " + path + " is taken by another process: choose another path or stop it");
            assertTrue(Files.exists(path));
            assertEquals("vm1", lab.bus.reports.getFirst().subject());
            for (int i = 0; i < 2; i++) {
                other.accept().close(); // it looks again
            }

            other.close();
            lab.card().close();
            assertEquals(1, lab.bus.reports.size(), "said once");
        }
    }

    @Test
    void shouldLeaveASocketAloneThatSomebodyElseMadeInItsPlace() throws IOException {
        Path path = folder.resolve("card.sock");
        try (var other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            try (Lab lab = Lab.listening(folder)) {
                lab.wire().close();
                Files.delete(path);
                other.bind(UnixDomainSocketAddress.of(path));
                lab.leave();
                assertTrue(Files.exists(path));
                Files.delete(path);
            }
        }
    }

    @Test
    void shouldNotTouchAFileThatIsNoSocket() throws IOException {
        Path path = folder.resolve("card.sock");
        Files.writeString(path, "precious");
        try (Lab lab = Lab.listening(folder)) {
            lab.bus.await(Kind.REFUSED, "socket path %s is a file and no socket".formatted(path));
            lab.leave();
            assertEquals("precious", Files.readString(path));
            Files.delete(path);
        }
    }

    @Test
    void shouldSayThatTheFolderIsMissingAndListenOnceItIsThere() throws IOException {
        Path missing = folder.resolve("run");
        try (Lab lab = Lab.listening(missing)) {
            lab.bus.await(Kind.REFUSED, "socket path %s: there is no folder %s".formatted(lab.path, missing));
            assertEquals(null, UnixStream.connect(lab.path));

            Files.createDirectory(missing);
            lab.card().close();
        }
    }

    @Test
    void shouldSayThatThePathIsTooLong() {
        Path path = folder.resolve("x".repeat(120 - folder.toString().length()));
        FakeBus bus = new FakeBus();
        VhostConnector connector = new VhostConnector(Lab.endpoint(path));
        bus.add(Lab.CARD);
        connector.join(bus);

        bus.await(Kind.REFUSED, "has 121 bytes: want at most 107");
        connector.leave();
        bus.close();
    }

    @Test
    void shouldSayWhyThePathCanNotBeBoundAndKeepNothingOpen() {
        long before = OpenFds.count();

        var refusal = assertThrows(IOException.class, () -> SocketFile.listen(Path.of("/proc/vbus.sock"), "0660", 1));

        assertTrue(refusal.getMessage().startsWith("socket path /proc/vbus.sock: bind: "), refusal.getMessage());
        assertEquals(before, OpenFds.count());
    }

    @Test
    void shouldReadTheModeAsOctal() {
        assertEquals("rwxr-x--x", PosixFilePermissions.toString(SocketFile.permissions("0751")));
        assertThrows(IllegalArgumentException.class, () -> new Endpoint("a", "d", Path.of("p"), "0888", "g"));
        assertThrows(IllegalArgumentException.class, () -> new Endpoint("a", "d", Path.of("p"), "", "g"));
        assertThrows(IllegalArgumentException.class, () -> new Endpoint("a", " ", Path.of("p"), "0660", "g"));
    }
}
