// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.testkit.VhostRequest.GET_FEATURES;
import static vbus.testkit.VhostRequest.GET_STATUS;
import static vbus.testkit.VhostRequest.GET_VRING_BASE;
import static vbus.testkit.VhostRequest.SET_FEATURES;
import static vbus.testkit.VhostRequest.SET_MEM_TABLE;
import static vbus.testkit.VhostRequest.SET_OWNER;
import static vbus.testkit.VhostRequest.SET_PROTOCOL_FEATURES;
import static vbus.testkit.VhostRequest.SET_VRING_ADDR;
import static vbus.testkit.VhostRequest.SET_VRING_BASE;
import static vbus.testkit.VhostRequest.SET_VRING_CALL;
import static vbus.testkit.VhostRequest.SET_VRING_ENABLE;
import static vbus.testkit.VhostRequest.SET_VRING_KICK;
import static vbus.testkit.VhostRequest.SET_VRING_NUM;
import static vbus.vhost.Lab.NOTHING;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import vbus.api.view.Event.Kind;
import vbus.testkit.VhostFrontend;
import vbus.testkit.VhostWire;
import vbus.testkit.sys.Eventfd;
import vbus.testkit.sys.Memfd;

class HostileFrontendTest {

    private static final int GARBAGE_MESSAGES = 300;

    @TempDir
    Path folder;

    private static Arguments attack(String name, String reason, Consumer<VhostWire> attack) {
        return Arguments.of(Named.of(name, attack), reason);
    }

    static Stream<Arguments> attacks() {
        return Stream.of(
            attack("no request 0", "request 0 is unknown", w -> w.send(0, NOTHING)),
            attack("unknown request", "request 4000000000 is unknown", w -> w.send((int) 4_000_000_000L, NOTHING)),
            attack("request that was not negotiated", "request 24 is unknown", w -> w.send(24, new byte[268])),
            attack("version 0", "request 1 with flags 0x0: want version 1", w -> w.message(GET_FEATURES, 0, 0, NOTHING)),
            attack("version 2", "request 1 with flags 0x2: want version 1", w -> w.message(GET_FEATURES, 2, 0, NOTHING)),
            attack("a reply", "request 1 with flags 0x5", w -> w.message(GET_FEATURES, 5, 0, NOTHING)),
            attack("payload of 4 GiB", "SET_FEATURES with a payload of 4294967295 bytes: want 8",
                w -> w.message(SET_FEATURES, 1, -1, new byte[8])),
            attack("payload too short", "SET_FEATURES with a payload of 4 bytes: want 8", w -> w.send(SET_FEATURES, new byte[4])),
            attack("payload nobody wants", "GET_FEATURES with a payload of 1 bytes: want 0",
                w -> w.send(GET_FEATURES, new byte[1])),
            attack("memory table of 9 regions", "SET_MEM_TABLE with a payload of 296 bytes: want 8 and 32 for each",
                w -> w.send(SET_MEM_TABLE, new byte[296])),
            attack("memory table of no region", "SET_MEM_TABLE with a payload of 8 bytes",
                w -> w.send(SET_MEM_TABLE, new byte[8])),
            attack("memory table without descriptors", "SET_MEM_TABLE with 0 file descriptors: want 1",
                w -> w.send(SET_MEM_TABLE, new byte[40])),
            attack("descriptors nobody wants", "SET_OWNER with 2 file descriptors: want 0",
                w -> withEventfd(fd -> w.send(SET_OWNER, NOTHING, fd, fd))),
            attack("too few descriptors", "SET_VRING_KICK with 0 file descriptors: want 1", w -> w.number(SET_VRING_KICK, 0)),
            attack("more descriptors than any message has", "SET_VRING_KICK with 10 file descriptors: want 1",
                w -> withEventfd(fd -> w.number(SET_VRING_KICK, 0, copies(fd, 200)))),
            attack("descriptor against the flag", "SET_VRING_CALL with 1 file descriptors: want 0",
                w -> withEventfd(fd -> w.number(SET_VRING_CALL, 0x100, fd))),
            attack("kick without eventfd", "SET_VRING_KICK of vring 0 without an eventfd", w -> w.number(SET_VRING_KICK, 0x100)),
            attack("kick that is a file", "SET_VRING_KICK of vring 1: the descriptor is no eventfd",
                w -> withFile(fd -> w.number(SET_VRING_KICK, 1, fd))),
            attack("call that is a file", "SET_VRING_CALL of vring 1: the descriptor is no eventfd",
                w -> withFile(fd -> w.number(SET_VRING_CALL, 1, fd))),
            attack("vring beyond the last", "SET_VRING_CALL of vring 2: want an index below 2",
                w -> withEventfd(fd -> w.number(SET_VRING_CALL, 2, fd))),
            attack("vring with odd bits", "SET_VRING_CALL 0x10000: want an index in bits 0-7",
                w -> withEventfd(fd -> w.number(SET_VRING_CALL, 0x10000, fd))),
            attack("vring -1", "GET_VRING_BASE of vring 4294967295: want an index below 2", w -> w.state(GET_VRING_BASE, -1, 0)),
            attack("addresses of vring 77", "SET_VRING_ADDR of vring 77", w -> w.send(SET_VRING_ADDR, firstInt(77, 40))),
            attack("no descriptors", "SET_VRING_NUM 0 of vring 0: want a power of two, 1..32768",
                w -> w.state(SET_VRING_NUM, 0, 0)),
            attack("300 descriptors", "SET_VRING_NUM 300 of vring 0", w -> w.state(SET_VRING_NUM, 0, 300)),
            attack("65536 descriptors", "SET_VRING_NUM 65536 of vring 1", w -> w.state(SET_VRING_NUM, 1, 65536)),
            attack("position beyond 16 bits", "SET_VRING_BASE 65536 of vring 0: want 0..65535",
                w -> w.state(SET_VRING_BASE, 0, 65536)),
            attack("enabled a little", "SET_VRING_ENABLE 2 of vring 0: want 0 or 1", w -> w.state(SET_VRING_ENABLE, 0, 2)),
            attack("protocol features not offered", "SET_PROTOCOL_FEATURES 0x20: want only bits of 0x10009",
                w -> w.number(SET_PROTOCOL_FEATURES, 0x20)),
            attack("features not offered", "SET_FEATURES 0x2: want only bits of 0x140008000", w -> w.number(SET_FEATURES, 2)),
            attack("header cut", "the connection ended after 5 bytes of a header: want 12", w -> {
                w.bytes(new byte[5]);
                w.close();
            }),
            attack("payload cut", "SET_FEATURES: the connection ended after 3 bytes of payload: want 8", w -> {
                w.message(SET_FEATURES, 1, 8, new byte[3]);
                w.close();
            }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void shouldCutTheConnectionSayWhyAndServeTheNext(Consumer<VhostWire> attack, String reason) {
        try (Lab lab = Lab.listening(folder)) {
            VhostWire wire = lab.wire();
            boolean closes = reason.contains("the connection ended");
            attack.accept(wire);
            assertTrue(closes || wire.ended(Await.DEADLINE));

            FakeBus.Report report = lab.bus.await(Kind.PROTOCOL, reason);
            if (!closes) {
                wire.close();
            }

            assertEquals("vm1", report.subject());
            assertEquals(1, lab.bus.reports.size());
            lab.awaitQuiet();
            shouldStillServe(lab);
        }
    }

    @Test
    void shouldTakeAMessageInSmallPieces() {
        try (Lab lab = Lab.listening(folder); VhostWire wire = lab.wire()) {
            for (byte b : new byte[] {SET_FEATURES, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}) {
                assertTrue(wire.bytes(new byte[] {b}));
            }
            wire.ask(GET_STATUS);

            assertEquals(1L << 32, lab.bus.channel().accepted());
        }
    }

    @Test
    void shouldSurviveGarbage() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Lab lab = Lab.listening(folder)) {
            for (int i = 0; i < GARBAGE_MESSAGES; i++) {
                try (VhostWire wire = lab.wire(); Eventfd event = new Eventfd(); Memfd file = new Memfd(4096)) {
                    int n = random.nextInt(1, 6);
                    for (int k = 0; k < n && garbage(wire, random, event.fd(), file.fd()); k++) { }
                }
            }
            lab.awaitQuiet();
            shouldStillServe(lab);
            assertEquals(0, lab.bus.reports.stream().filter(r -> r.kind() != Kind.PROTOCOL).count(), lab.bus.reports::toString);
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    /// A message that is right in most of its parts.
    private static boolean garbage(VhostWire wire, Random random, int event, int file) {
        int request = random.nextInt(42);
        int size = random.nextInt(4) == 0 ? random.nextInt(300) : new int[] {0, 8, 8, 8, 40}[random.nextInt(5)];
        byte[] payload = new byte[Math.min(size, 300)];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(2));
        }
        int count = random.nextInt(3) == 0 ? random.nextInt(12) : random.nextInt(2);
        int[] fds = random.ints(count, 0, 2).map(b -> b == 0 ? event : file).toArray();
        return wire.message(request, random.nextInt(20) == 0 ? random.nextInt() : 1, size, payload, fds);
    }

    private static void shouldStillServe(Lab lab) {
        try (VhostFrontend card = lab.card()) {
            card.send(HandshakeTest.frame(1));
            assertEquals(HandshakeTest.frame(1).length, card.receive(Await.DEADLINE).length);
        }
    }

    private static void withEventfd(Consumer<Integer> use) {
        try (Eventfd event = new Eventfd()) {
            use.accept(event.fd());
        }
    }

    private static void withFile(Consumer<Integer> use) {
        try (Memfd file = new Memfd(4096)) {
            use.accept(file.fd());
        }
    }

    private static int[] copies(int fd, int count) {
        int[] fds = new int[count];
        Arrays.fill(fds, fd);
        return fds;
    }

    private static byte[] firstInt(int value, int length) {
        byte[] payload = new byte[length];
        payload[0] = (byte) value;
        return payload;
    }
}
