// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.driver.Block;
import vbus.api.view.Event.Kind;
import vbus.shm.linux.SocketFile;
import vbus.shm.linux.UnixSocket;
import vbus.unix.guest.UnixGuest;
import vbus.unix.protocol.EventLayout;
import vbus.unix.protocol.Request;

/// Who may attach, under what name, and what happens when one side dies and comes again.
class HandshakeTest {

    @TempDir
    Path folder;

    static Stream<Arguments> names() {
        String pid = Long.toString(ProcessHandle.current().pid());
        byte[] broken = {(byte) 0xff, (byte) 0xc0, 'a'};
        return Stream.of(Arguments.of("kid".getBytes(), "kid"), Arguments.of(new byte[0], pid), Arguments.of("a/b".getBytes(), pid),
            Arguments.of("a\nb".getBytes(), pid), Arguments.of("../x".getBytes(), pid), Arguments.of(broken, pid),
            Arguments.of("a b".getBytes(), pid), Arguments.of("m-1_x.y".getBytes(), "m-1_x.y"), Arguments.of("..".getBytes(), ".."),
            Arguments.of("J\u00f6rg".getBytes(StandardCharsets.UTF_8), "J\u00f6rg"),
            Arguments.of("x".repeat(64).getBytes(), "x".repeat(57))); // as much as fits behind the socket's name
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldNameAGuestBehindTheNameOfItsSocket(byte[] asked, String name) {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw()) {
            assertEquals(0, guest.ask(Request.NEGOTIATE, m -> {
                m.set(0, Request.MAGIC).set(4, Request.VERSION);
                for (int i = 0; i < asked.length; i += 4) {
                    int word = 0;
                    for (int k = 0; k < 4 && i + k < asked.length; k++) {
                        word |= (asked[i + k] & 0xff) << 8 * k;
                    }
                    m.set(16 + i, word);
                }
            }, guest.kick.fd()), () -> guest.text);
            String given = guest.answered(80, Request.NAME_BYTES);
            assertEquals("lab", guest.answered(16, Request.NAME_BYTES));
            assertTrue(given.startsWith("guests/" + name.substring(0, Math.min(56, name.length()))), given);
            lab.bus.await(Kind.LOG, "is Peer[pid=" + ProcessHandle.current().pid());
        }
    }

    @Test
    void shouldBeginAnewWithEachNegotiation() {
        try (Lab lab = Lab.listening(folder)) {
            try (RawGuest guest = lab.raw().attach("kid")) {
                guest.open();
                assertTrue(guest.shm(4, RawGuest.DATA, 64, 16, 2, 4) > 0, guest::error);
                Held before = Held.now();
                FakeDevice first = lab.bus.member("guests/kid").device();
                for (int i = 0; i < 5; i++) {
                    guest.attach("kid");
                    assertEquals(0, guest.open(), guest::error);
                    assertTrue(guest.shm(4, RawGuest.DATA, 64, 16, 2, 4) > 0, guest::error);
                }
                assertTrue(first.isClosed());
                assertEquals(1, lab.bus.openDevices());
                before.await();

                guest.attach("other");
                Await.until("the old name is free", () -> !lab.bus.members.containsKey("guests/kid"));
            }
            lab.awaitQuiet();
        }
    }

    @Test
    void shouldGiveTheNameOfAGuestThatDiedToTheOneThatComesAgain() {
        try (Lab lab = Lab.listening(folder)) {
            for (int i = 0; i < 20; i++) {
                try (RawGuest guest = lab.raw().attach("kid")) {
                    assertEquals(0, guest.open(), guest::error);
                }
            }
            lab.awaitQuiet();
        }
    }

    @Test
    void shouldRefuseANameThatIsTakenAndKeepTheOther() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("kid"); RawGuest second = lab.raw()) {
            assertEquals(-Status.EXISTS.errno(), second.negotiate("kid"));
            assertTrue(second.text.contains("guest guests/kid is there already: want another name"), second.text);
            lab.bus.await(Kind.REFUSED, "guest guests/kid is there already");
            assertEquals(0, second.negotiate("kid2"), second.text);
            assertEquals(0, guest.open(), guest::error);
        }
    }

    @Test
    void shouldComeAgainWhenTheHostDoes() throws Exception {
        try (Lab lab = Lab.listening(folder); UnixGuest guest = lab.guest("kid")) {
            List<String> offers = Echo.offers(guest);
            Await.until("the device", () -> offers.equals(List.of("+echo0")));
            Block block = guest.allocate(5000);
            Echo echo = Echo.of(guest);
            echo.call(100);
            lab.leave();
            Await.until("the device left", () -> offers.equals(List.of("+echo0", "-echo0")));
            assertEquals(Status.GONE, assertThrows(VbusException.class, () -> echo.call(1)).status());
            Block meanwhile = guest.allocate(100);
            lab.join(Lab.endpoint(lab.path));
            Await.until("it came again", () -> offers.equals(List.of("+echo0", "-echo0", "+echo0")));

            Echo second = Echo.of(guest);
            second.call(100);
            second.channel.shm(4, block.memory(), 0, 1, () -> { });
            second.channel.shm(5, meanwhile.memory(), -1, 1, () -> { });
            second.close();
            echo.close();
            guest.free(block);
            guest.free(meanwhile);
        }
    }

    @Test
    void shouldEndALibraryGuestWhoseHostNeverAnswers() throws IOException {
        Held before = Held.now();
        try (SocketFile deaf = SocketFile.listen(folder.resolve("deaf"), "0600", 1)) {
            UnixGuest guest = new UnixGuest(folder.resolve("deaf"), UnixGuest.Options.DEFAULT);
            try (UnixSocket peer = deaf.socket().accept()) {
                assertTrue(peer.isReadable((int) Await.DEADLINE.toMillis()), "it asked something");
                assertTimeoutPreemptively(Await.DEADLINE, guest::close);
            }
        }
        before.await();
    }

    @Test
    void shouldAttachOnlyTheUsersThatAreListed() throws IOException {
        Path path = folder.resolve("users");
        int own = (int) Files.getAttribute(folder, "unix:uid");
        var endpoint = new Endpoint("guests", path, "0600", Set.of(own + 1), 4, 20, Lab.PATIENCE_MILLIS);
        try (Lab lab = Lab.listening(endpoint)) {
            try (RawGuest guest = lab.raw()) {
                assertTrue(guest.isEnded());
                lab.bus.await(Kind.REFUSED, "want a user of [" + (own + 1) + "]");
            }
            lab.leave();
            lab.join(new Endpoint("guests", path, "0600", Set.of(own, own + 1), 4, 20, Lab.PATIENCE_MILLIS));
            lab.shouldStillServe();
        }
    }

    @Test
    void shouldGiveTheSocketItsMode() {
        for (String mode : List.of("0600", "0660", "777")) {
            Path path = folder.resolve("m" + mode);
            try (Lab lab = Lab.listening(new Endpoint("guests", path, mode, Set.of(), 4, 20, Lab.PATIENCE_MILLIS))) {
                Await.until("mode " + PosixFilePermissions.toString(SocketFile.permissions(mode)),
                    () -> permissions(lab.path).equals(SocketFile.permissions(mode))); // given before it listens
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new Endpoint("x", folder.resolve("x"), "0999", Set.of(), 4, 20, 100));
        assertThrows(IllegalArgumentException.class, () -> new Endpoint("x", folder.resolve("x"), "0600", Set.of(), 0, 20, 100));
        assertThrows(IllegalArgumentException.class, () -> new Endpoint("x", folder.resolve("x"), "0600", Set.of(), 4, -1, 100));
    }

    private static Set<PosixFilePermission> permissions(Path path) {
        try {
            return Files.getPosixFilePermissions(path);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldRefuseMoreGuestsThanItsLimit() {
        try (Lab lab = Lab.listening(folder)) {
            List<RawGuest> guests = Stream.iterate(0, i -> i + 1).limit(Lab.GUESTS).map(i -> lab.raw().attach("g" + i)).toList();
            try (RawGuest more = lab.raw()) {
                assertTrue(more.isEnded());
                lab.bus.await(Kind.REFUSED, Lab.GUESTS + " guests are attached, which is the limit");
            }
            guests.getFirst().close();
            Await.until("room again", () -> !lab.bus.members.containsKey("guests/g0"));
            Await.until("another one", () -> {
                try (RawGuest more = lab.raw()) {
                    return more.negotiate("more") == 0;
                } catch (AssertionError | java.io.UncheckedIOException e) {
                    return false; // the thread of the one that left is still at it
                }
            });
            guests.forEach(RawGuest::close);
            lab.awaitQuiet();
        }
    }

    @Test
    void shouldWaitForAStuckDeviceSayItAndHoldNobody() {
        try (Lab lab = Lab.listening(folder)) {
            try (RawGuest guest = lab.raw().attach("stuck")) {
                guest.open();
                lab.bus.member("guests/stuck").stuck = true;
            }
            FakeBus.Report report = lab.bus.await(Kind.LOG, "its end waits: the lane of guests/stuck is stuck");
            assertEquals("guests/stuck", report.subject());
            lab.shouldStillServe();
            assertTrue(lab.bus.member("guests/stuck").memory.byteSize() > 0, "stays mapped");

            lab.bus.member("guests/stuck").stuck = false;
            lab.awaitQuiet();
            assertEquals(1, lab.bus.reports.stream().filter(r -> r.message().contains("its end waits")).count());
            try (RawGuest guest = lab.raw().attach("stuck")) {
                guest.inbox.lend(RawGuest.COUNT);
                guest.inbox.await(EventLayout.DEVADD, 7);
            }
        }
    }
}
