// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.testkit.VhostRequest.GET_STATUS;
import static vbus.testkit.VhostRequest.SET_MEM_TABLE;
import static vbus.testkit.VhostRequest.SET_VRING_ADDR;
import static vbus.testkit.VhostRequest.SET_VRING_NUM;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vbus.api.view.Event.Kind;
import vbus.testkit.GuestRam;
import vbus.testkit.VhostFrontend;
import vbus.testkit.VhostQueue;
import vbus.testkit.VhostWire;
import vbus.testkit.sys.Eventfd;
import vbus.testkit.sys.Memfd;

class MemoryTableTest {

    private static final long FILE = 0x4000;

    @TempDir
    Path folder;

    @Test
    void shouldTakeEightRegions() {
        try (Lab lab = Lab.listening(folder); VhostWire wire = lab.wire(); Memfd file = new Memfd(FILE)) {
            long[][] regions = new long[8][];
            Arrays.setAll(regions, i -> region(0x100000L * i, 0x2000, 0));
            int[] fds = new int[8];
            Arrays.fill(fds, file.fd());

            wire.send(SET_MEM_TABLE, GuestRam.table(regions), fds);
            wire.ask(GET_STATUS);

            assertEquals(8 * 0x2000, lab.bus.memory.byteSize());
        }
    }

    @Test
    void shouldRefuseRegionsThatOverlap() {
        shouldRefuse("SET_MEM_TABLE: region 0x1000..0x3000 overlaps region 0x0..0x2000",
            region(0, 0x2000, 0), region(0x1000, 0x2000, 0));
    }

    @Test
    void shouldRefuseARegionBehindTheEndOfItsFile() {
        shouldRefuse("region 0 of 0x3000 bytes at offset 0x2000 of a file of 0x4000 bytes: want it inside",
            region(0, 0x3000, 0x2000));
    }

    @Test
    void shouldRefuseAnEmptyRegion() {
        shouldRefuse("region 1 of 0x0 bytes at offset 0x0", region(0, 0x1000, 0), region(0x10000, 0, 0));
    }

    @Test
    void shouldRefuseSizesThatOverflow() {
        shouldRefuse("region 0 of 0x7fffffffffffffff bytes", region(0, Long.MAX_VALUE, 0x1000));
        shouldRefuse("region 0 of 0xffffffffffffffff bytes", region(0, -1, 0x1000));
        shouldRefuse("region 0 of 0x1000 bytes at offset 0xfffffffffffff000", region(0, 0x1000, -0x1000));
    }

    @Test
    void shouldRefuseAddressesThatOverflow() {
        shouldRefuse("region 0 of 0x1000 bytes at guest address 0x7ffffffffffffff0",
            new long[] {0x7ffffffffffffff0L, 0x1000, 0, 0});
        shouldRefuse("region 0 of 0x1000 bytes at guest address 0xffffffffffff0000", new long[] {-0x10000, 0x1000, 0, 0});
        shouldRefuse("region 0 of 0x1000 bytes at the front-end's address 0xfffffffffffffff0",
            new long[] {0, 0x1000, 0xfffffffffffffff0L, 0});
    }

    @Test
    void shouldRefuseANumberOfRegionsThatDoesNotFitThePayload() {
        try (Lab lab = Lab.listening(folder); VhostWire wire = lab.wire(); Memfd file = new Memfd(FILE)) {
            byte[] table = GuestRam.table(region(0, 0x1000, 0));
            table[0] = 8;
            wire.send(SET_MEM_TABLE, table, file.fd());

            assertTrue(wire.ended(Await.DEADLINE));
            lab.bus.await(Kind.PROTOCOL, "SET_MEM_TABLE of 8 regions in 40 bytes: want 1");
        }
    }

    @Test
    void shouldRefuseWhatIsNoFile() {
        try (Lab lab = Lab.listening(folder); VhostWire wire = lab.wire(); Eventfd event = new Eventfd()) {
            wire.send(SET_MEM_TABLE, GuestRam.table(region(0, 0x1000, 0)), event.fd());

            assertTrue(wire.ended(Await.DEADLINE));
            lab.bus.await(Kind.PROTOCOL, "the descriptor is not a file with a length");
        }
    }

    @Test
    void shouldRefuseARingOutsideTheMemory() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            card.wire().send(SET_VRING_ADDR, VhostQueue.addresses(1, 0x1000, 0x2000, 0x3000));

            assertTrue(card.wire().ended(Await.DEADLINE));
            lab.bus.await(Kind.PROTOCOL, "vring 1 of 256 descriptors: the front-end's address 0x1000 is in no region");
        }
    }

    @Test
    void shouldRefuseARingThatEndsBehindTheMemory() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            long last = GuestRam.user(card.ram().memory().byteSize() - 64);
            card.wire().send(SET_VRING_ADDR, VhostQueue.addresses(0, GuestRam.user(0), GuestRam.user(0x2000), last));

            assertTrue(card.wire().ended(Await.DEADLINE));
            lab.bus.await(Kind.PROTOCOL, "vring 0 of 256 descriptors: available ring has 64 bytes of guest memory: want 518");
        }
    }

    @Test
    void shouldRefuseAGuestAddressForARing() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            byte[] addresses = VhostQueue.addresses(0, GuestRam.guest(0), GuestRam.guest(0x2000), GuestRam.guest(0x1000));
            card.wire().send(SET_VRING_ADDR, addresses);

            assertTrue(card.wire().ended(Await.DEADLINE));
            lab.bus.await(Kind.PROTOCOL, "vring 0 of 256 descriptors: the front-end's address 0x140000000 is in no region");
        }
    }

    @Test
    void shouldRefuseARingThatIsNotAligned() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            byte[] addresses = VhostQueue.addresses(0, GuestRam.user(8), GuestRam.user(0x2000), GuestRam.user(0x4000));
            card.wire().send(SET_VRING_ADDR, addresses);

            assertTrue(card.wire().ended(Await.DEADLINE));
            lab.bus.await(Kind.PROTOCOL, "aligned to 16");
        }
    }

    @Test
    void shouldSurviveMemoryThatGetsShorter() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            lab.bus.rest();
            card.ram().file().truncate(0);
            card.wire().state(SET_VRING_NUM, 0, 128); // the ring starts again, and its used index is read

            assertTrue(card.wire().ended(Await.DEADLINE));
            lab.bus.await(Kind.PROTOCOL, "the file behind the guest's memory became shorter");
        }
    }

    @Test
    void shouldGoOnWithNewMemoryUnderRunningRings() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            for (int i = 0; i < 20; i++) {
                card.send(HandshakeTest.frame(i));
                card.table(card.ram().table(), card.ram().file().fd());
                assertArrayEquals(HandshakeTest.frame(i), card.receive(Await.DEADLINE), "frame " + i);
            }
            assertEquals(20, card.position(1));
            assertEquals(1, mappings(), "besides the front-end's own");
        }
    }

    private void shouldRefuse(String reason, long[]... regions) {
        try (Lab lab = Lab.listening(folder); VhostWire wire = lab.wire(); Memfd file = new Memfd(FILE)) {
            int[] fds = new int[regions.length];
            Arrays.fill(fds, file.fd());
            wire.send(SET_MEM_TABLE, GuestRam.table(regions), fds);

            assertTrue(wire.ended(Await.DEADLINE));
            lab.bus.await(Kind.PROTOCOL, reason);
        }
    }

    private static long[] region(long guest, long size, long offset) {
        return new long[] {guest, size, GuestRam.USER_ADDRESS + guest, offset};
    }

    private static long mappings() {
        try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(l -> l.contains("memfd:vbus")).count() - 1;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
