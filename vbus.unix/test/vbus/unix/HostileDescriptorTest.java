// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import vbus.api.Status;
import vbus.api.view.Event.Kind;
import vbus.unix.protocol.Request;

/// Descriptors of the wrong kind, in each place that takes one.
class HostileDescriptorTest {

    private static final int INVALID = -Status.INVALID.errno();

    @TempDir
    Path folder;

    private static Arguments kind(String name, ToIntFunction<OddFds> fd) {
        return Arguments.of(Named.of(name, fd));
    }

    static Stream<Arguments> noEventfds() {
        return Stream.of(kind("pipe", OddFds::pipe), kind("socket", OddFds::socket), kind("directory", OddFds::directory),
            kind("/dev/null", OddFds::devNull), kind("file on disk", OddFds::diskFile), kind("read-only memory", OddFds::readOnlyMemory),
            kind("path only", OddFds::pathOnly), kind("epoll", OddFds::epoll), kind("memory", OddFds::memory));
    }

    /// What can not be memory of a guest, and why.
    static Stream<Arguments> noMemory() {
        return Stream.of(
            Arguments.of(Named.of("pipe", (ToIntFunction<OddFds>) OddFds::pipe), "not a file with a length"),
            Arguments.of(Named.of("socket", (ToIntFunction<OddFds>) OddFds::socket), "not a file with a length"),
            Arguments.of(Named.of("directory", (ToIntFunction<OddFds>) OddFds::directory), "not a file with a length"),
            Arguments.of(Named.of("/dev/null", (ToIntFunction<OddFds>) OddFds::devNull), "not a file with a length"),
            Arguments.of(Named.of("epoll", (ToIntFunction<OddFds>) OddFds::epoll), "not a file with a length"),
            Arguments.of(Named.of("eventfd", (ToIntFunction<OddFds>) OddFds::eventfd), "not a file with a length"),
            Arguments.of(Named.of("file on disk", (ToIntFunction<OddFds>) OddFds::diskFile), "lies on a disk or on a network"),
            Arguments.of(Named.of("read-only memory", (ToIntFunction<OddFds>) OddFds::readOnlyMemory), "Permission denied"),
            Arguments.of(Named.of("path only", (ToIntFunction<OddFds>) OddFds::pathOnly), "Bad file descriptor"),
            Arguments.of(Named.of("memory against writing", (ToIntFunction<OddFds>) OddFds::writeSealed), "Operation not permitted"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("noEventfds")
    void shouldEndWhoGivesNoEventfdInItsPlace(ToIntFunction<OddFds> kind) throws IOException {
        try (Lab lab = Lab.listening(folder)) {
            try (OddFds odd = new OddFds(folder); RawGuest other = lab.raw().attach("other")) {
                int fd = kind.applyAsInt(odd);
                for (String place : List.of("NEGOTIATE: descriptor 0", "EVENT_QUEUE: descriptor 0", "CALL_SLOT: descriptor 0",
                    "CALL_SLOT: descriptor 1")) {
                    try (RawGuest guest = lab.raw()) {
                        give(guest, place, fd);
                        FakeBus.Report report = lab.bus.await(Kind.PROTOCOL, place + " is no eventfd");
                        assertTrue(guest.isEnded(), report::toString);
                        lab.bus.reports.clear();
                    }
                }
                assertEquals(0, other.open(), other.text);
                assertEquals(7, other.echo(7), other::error);
            }
            lab.awaitQuiet();
        }
    }

    private static void give(RawGuest guest, String place, int fd) {
        if (place.startsWith("NEGOTIATE")) {
            guest.send(Request.NEGOTIATE, m -> m.set(0, Request.MAGIC).set(4, Request.VERSION), fd);
            return;
        }
        guest.negotiate("odd");
        assertEquals(0, guest.memory(RawGuest.BASE, RawGuest.BYTES, 0, guest.file.fd()), guest.text);
        if (place.startsWith("EVENT_QUEUE")) {
            guest.send(Request.EVENT_QUEUE, m -> m.set(8, RawGuest.RING).set(16, RawGuest.COUNT), fd);
        } else {
            boolean first = place.endsWith("0");
            guest.send(Request.CALL_SLOT, m -> m.set(8, RawGuest.SLOT), first ? fd : guest.host.fd(), first ? guest.wake.fd() : fd);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("noMemory")
    void shouldRefuseWhatIsNoMemoryAndGoOn(ToIntFunction<OddFds> kind, String reason) throws IOException {
        try (Lab lab = Lab.listening(folder)) {
            try (OddFds odd = new OddFds(folder); RawGuest guest = lab.raw()) {
                guest.negotiate("odd");
                assertEquals(INVALID, guest.memory(0x5000, 4096, 0, kind.applyAsInt(odd)));
                assertTrue(guest.text.contains(reason), guest.text);
                lab.bus.await(Kind.REFUSED, reason);

                guest.attach("odd");
                assertEquals(0, guest.open(), guest.text);
            }
            lab.awaitQuiet();
        }
    }

    @Test
    void shouldTakeAnEventfdThatIsGivenTwice() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("twice")) {
            for (int vcpu = 0; vcpu < 4; vcpu++) {
                assertEquals(0, guest.slot(vcpu, RawGuest.SLOT, guest.kick.fd(), guest.kick.fd()), guest.text);
            }
            assertEquals(0, guest.open(), guest.text);
        }
    }

    @Test
    void shouldTakeAFileOfMemoryThatHasAName() throws IOException {
        Path shm = Path.of("/dev/shm");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.isDirectory(shm), "no /dev/shm on this machine");
        try (Lab lab = Lab.listening(folder); OddFds odd = new OddFds(folder); RawGuest guest = lab.raw().attach("named")) {
            Path file = Files.createTempFile(shm, "vbus", ".test");
            try {
                assertEquals(0, guest.memory(0x5000, 4096, 0, odd.openLong(file, 4096)), guest.text);
                assertEquals(INVALID, guest.queue(1, 0, 0x5000, 8, guest.wake.fd()));
                assertTrue(guest.text.contains("sealed memory"), guest.text);
            } finally {
                Files.delete(file);
            }
        }
    }
}
