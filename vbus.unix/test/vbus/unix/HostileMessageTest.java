// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import vbus.api.view.Event.Kind;
import vbus.unix.protocol.Request;

/// Messages that no guest should send: the connection ends, with a counted reason, and nobody else notices.
class HostileMessageTest {

    private static final int GARBAGE_CONNECTIONS = 150;

    @TempDir
    Path folder;

    private static byte[] message(int code, int size, byte... payload) {
        return ByteBuffer.allocate(16 + payload.length).order(ByteOrder.LITTLE_ENDIAN).putInt(code).putInt(size).putInt(1).putInt(0)
            .put(payload).array();
    }

    private static byte[] negotiate(int magic, int version) {
        return message(1, 80, ByteBuffer.allocate(80).order(ByteOrder.LITTLE_ENDIAN).putInt(magic).putInt(version).array());
    }

    private static int[] copies(int fd, int count) {
        int[] fds = new int[count];
        Arrays.fill(fds, fd);
        return fds;
    }

    private static Arguments attack(String name, String reason, Consumer<RawGuest> attack) {
        return Arguments.of(Named.of(name, attack), reason);
    }

    static Stream<Arguments> attacks() {
        return Stream.of(
            attack("no request 0", "message 0: want 1..8", g -> g.bytes(message(0, 0))),
            attack("unknown request", "message 9: want 1..8", g -> g.bytes(message(9, 0))),
            attack("request -1", "message -1: want 1..8", g -> g.bytes(message(-1, 0))),
            attack("anything before NEGOTIATE", "READY before NEGOTIATE", g -> g.bytes(message(6, 0))),
            attack("payload of 4 GiB", "message 1 with a payload of 4294967295 bytes: want at most 512", g -> g.bytes(message(1, -1))),
            attack("payload of 513 bytes", "message 2 with a payload of 513 bytes", g -> g.bytes(message(2, 513, new byte[513]))),
            attack("payload too short", "NEGOTIATE with a payload of 79 bytes and 1 descriptors: want 80 and 1",
                g -> g.bytes(message(1, 79, new byte[79]), g.kick.fd())),
            attack("payload nobody wants", "READY with a payload of 4 bytes and 0 descriptors: want 0 and 0",
                g -> g.bytes(message(6, 4, new byte[4]))),
            attack("no payload", "MEMORY with a payload of 0 bytes and 1 descriptors: want 24 and 1",
                g -> g.bytes(message(2, 0), g.file.fd())),
            attack("no descriptor", "NEGOTIATE with a payload of 80 bytes and 0 descriptors: want 80 and 1",
                g -> g.bytes(negotiate(Request.MAGIC, 1))),
            attack("two descriptors for one", "NEGOTIATE with a payload of 80 bytes and 2 descriptors: want 80 and 1",
                g -> g.bytes(negotiate(Request.MAGIC, 1), g.kick.fd(), g.wake.fd())),
            attack("200 descriptors", "NEGOTIATE with a payload of 80 bytes and 10 descriptors: want 80 and 1",
                g -> g.bytes(negotiate(Request.MAGIC, 1), copies(g.kick.fd(), 200))),
            attack("200 descriptors with a message nobody knows", "message 77: want 1..8",
                g -> g.bytes(message(77, 0), copies(g.file.fd(), 200))),
            attack("descriptors beside each byte", "NEGOTIATE with a payload of 80 bytes and 16 descriptors: want 80 and 1", g -> {
                byte[] whole = negotiate(Request.MAGIC, 1);
                for (int i = 0; i < 16; i++) {
                    g.bytes(new byte[] {whole[i]}, g.kick.fd());
                }
                g.bytes(Arrays.copyOfRange(whole, 16, whole.length));
            }),
            attack("one slot descriptor instead of two", "CALL_SLOT with a payload of 16 bytes and 1 descriptors: want 16 and 2", g -> {
                g.negotiate("bad");
                g.bytes(message(5, 16, new byte[16]), g.host.fd());
            }),
            attack("wrong magic", "magic 0x12345678 version 1: want 0x73756276 version 1",
                g -> g.bytes(negotiate(0x12345678, 1), g.kick.fd())),
            attack("version 2", "magic 0x73756276 version 2: want 0x73756276 version 1",
                g -> g.bytes(negotiate(Request.MAGIC, 2), g.kick.fd())),
            attack("header cut by the peer's end", "message cut: the peer ended after 5 of 16 bytes", g -> {
                g.bytes(new byte[5]);
                g.close();
            }),
            attack("payload cut by the peer's end", "message cut: the peer ended after 36 of 96 bytes", g -> {
                g.bytes(message(1, 80, new byte[20]), g.kick.fd());
                g.close();
            }),
            attack("stall in the header", "message cut: 5 of 16 bytes came within 900 ms", g -> g.bytes(new byte[5])),
            attack("stall in the payload", "message cut: 36 of 96 bytes came within 900 ms",
                g -> g.bytes(message(1, 80, new byte[20]), g.kick.fd())),
            attack("a byte now and then", "bytes came within 900 ms", HostileMessageTest::trickle),
            attack("silence from the beginning", "no NEGOTIATE within 900 ms", _ -> { }));
    }

    private static void trickle(RawGuest guest) {
        for (byte b : negotiate(Request.MAGIC, 1)) {
            if (!guest.bytes(new byte[] {b})) {
                return;
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void shouldEndTheConnectionSayWhyAndServeTheOthers(Consumer<RawGuest> attack, String reason) {
        try (Lab lab = Lab.listening(folder)) {
            try (RawGuest other = lab.raw().attach("other"); RawGuest guest = lab.raw()) {
                assertEquals(0, other.open(), other.text);
                attack.accept(guest);
                FakeBus.Report report = lab.bus.await(Kind.PROTOCOL, reason);

                assertTrue(report.subject().startsWith("guests"), report::toString);
                assertTrue(reason.contains("the peer ended") || guest.isEnded());
                assertEquals(1, lab.bus.reports.stream().filter(r -> r.kind() == Kind.PROTOCOL).count());
                assertEquals(100, other.echo(100), other::error);
            }
            lab.awaitQuiet();
            lab.shouldStillServe();
        }
    }

    @Test
    void shouldTakeAMessageInSmallPieces() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw()) {
            byte[] whole = negotiate(Request.MAGIC, 1);
            guest.bytes(new byte[] {whole[0]}, guest.kick.fd());
            for (int i = 1; i < whole.length; i++) {
                assertTrue(guest.bytes(new byte[] {whole[i]}));
            }
            guest.send(Request.FORGET, m -> m.set(0, 1L));
            lab.bus.await(Kind.LOG, "guest guests/");
        }
    }

    @Test
    void shouldEndAGuestThatTakesNoAnswers() {
        try (Lab lab = Lab.listening(folder); RawGuest other = lab.raw().attach("other")) {
            try (RawGuest guest = lab.raw()) {
                guest.negotiate("deaf");
                guest.socket.sendTimeout(2000);
                Thread flood = Thread.ofPlatform().daemon().start(() -> {
                    while (guest.bytes(message(3, 8, new byte[8]))) { }
                });
                lab.bus.await(Kind.PROTOCOL, "FORGET: it takes no answer within 900 ms");
                Await.until("the flood ended", () -> !flood.isAlive());
            } catch (java.io.IOException e) {
                throw new AssertionError(e);
            }
            assertEquals(0, other.open(), other.text);
            assertEquals(10, other.echo(10), other::error);
        }
    }

    /// A message that is right in most of its parts.
    private static boolean garbage(RawGuest guest, Random random) {
        int code = random.nextInt(11);
        Request request = Request.of(code);
        int right = request == null ? 0 : request.payloadBytes();
        int size = random.nextInt(4) == 0 ? random.nextInt(600) : right;
        byte[] payload = new byte[Math.min(size, 600)];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(2));
        }
        if (request == Request.NEGOTIATE && payload.length >= 8 && random.nextInt(8) > 0) {
            ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).putInt(Request.MAGIC).putInt(Request.VERSION);
        }
        int[] all = {guest.kick.fd(), guest.wake.fd(), guest.host.fd(), guest.file.fd()};
        int count = random.nextInt(4) == 0 ? random.nextInt(12) : request == null ? 0 : request.descriptors();
        int[] fds = random.ints(count, 0, request == Request.MEMORY ? 4 : 3).map(i -> all[request == Request.MEMORY ? 3 - i : i]).toArray();
        return guest.bytes(message(code, random.nextInt(20) == 0 ? random.nextInt() : size, payload), fds);
    }

    @Test
    void shouldSurviveGarbage() {
        long seed = Seed.of("HostileMessageTest");
        Random random = new Random(seed);
        try (Lab lab = Lab.listening(folder)) {
            for (int i = 0; i < GARBAGE_CONNECTIONS; i++) {
                try (RawGuest guest = lab.raw()) {
                    if (random.nextInt(3) > 0) {
                        guest.attach("g" + i);
                    }
                    int n = random.nextInt(1, 8);
                    for (int k = 0; k < n && garbage(guest, random); k++) { }
                }
            }
            lab.awaitQuiet();
            Map<Kind, Integer> kinds = new HashMap<>();
            lab.bus.reports.forEach(r -> kinds.merge(r.kind(), 1, Integer::sum));
            assertTrue(kinds.getOrDefault(Kind.PROTOCOL, 0) > 0, kinds::toString);
            assertFalse(lab.bus.reports.stream().anyMatch(r -> r.message().contains("failed")), lab.bus.reports::toString);
            lab.shouldStillServe();
        }
    }
}
