// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import vbus.api.Status;
import vbus.api.view.Event.Kind;
import vbus.shm.Ioq;
import vbus.shm.linux.SharedFile;
import vbus.unix.protocol.Request;
import vbus.unix.protocol.SlotLayout;

/// Memory that is not what a guest says.
class HostileMemoryTest {

    private static final int INVALID = -Status.INVALID.errno();
    private static final int NO_SPACE = -Status.NO_SPACE.errno();
    private static final int BUSY = -Status.BUSY.errno();
    private static final long LOOSE = 0x80_0000;
    private static final int LOOSE_BYTES = 0x1_0000;

    @TempDir
    Path folder;

    static Stream<Arguments> regions() {
        long max = Long.MAX_VALUE;
        return Stream.of(
            Arguments.of("the same again", RawGuest.BASE, 4096, 0, INVALID, "overlaps region 0x100000..0x140000"),
            Arguments.of("its end in another", RawGuest.BASE - 4096, 8192, 0, INVALID, "overlaps region"),
            Arguments.of("its beginning in another", RawGuest.BASE + 4096, 4096, 0, INVALID, "overlaps region"),
            Arguments.of("wraps the address space", -4096L, 8192, 0, INVALID, "want it below 2^63"),
            Arguments.of("at the top", max - 4095, 8192, 0, INVALID, "want it below 2^63"),
            Arguments.of("empty", 0x5000, 0, 0, INVALID, "want it below 2^63"),
            Arguments.of("of a negative size", 0x5000, -1, 0, INVALID, "want it below 2^63"),
            Arguments.of("of 2^63-1 bytes", 0, max, 0, NO_SPACE, "want at most 0x4000000000"),
            Arguments.of("of more than a guest may have", 0, (1L << 38) + 1, 0, NO_SPACE, "want at most 0x4000000000"),
            Arguments.of("far behind in the file", 0x5000, 4096, 1L << 38, NO_SPACE, "want at most 0x4000000000"),
            Arguments.of("longer than its file", 0x5000, RawGuest.BYTES + 1, 0, INVALID, "the file has 0x40000 bytes: want 0x40001"),
            Arguments.of("behind its file", 0x5000, 4096, RawGuest.BYTES, INVALID, "the file has 0x40000 bytes: want 0x41000"),
            Arguments.of("not on a page of its file", 0x5000, 4096, 1, INVALID, "the offset on a page"),
            Arguments.of("before its file", 0x5000, 4096, -4096, INVALID, "the offset on a page"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("regions")
    void shouldRefuseARegion(String name, long address, long size, long offset, int result, String reason) {
        try (Lab lab = Lab.listening(folder)) {
            try (RawGuest guest = lab.raw().attach("bad")) {
                Held before = Held.now();

                assertEquals(result, guest.memory(address, size, offset, guest.file.fd()));
                assertTrue(guest.text.contains(reason), guest.text);
                lab.bus.await(Kind.REFUSED, reason);

                before.await();
                assertEquals(0, guest.open(), guest.text);
                assertEquals(9, guest.echo(9), guest.text);
            }
            lab.awaitQuiet();
        }
    }

    static Stream<Arguments> places() {
        return Stream.of(Arguments.of("outside its memory", 0x5000), Arguments.of("reaching out of its memory", RawGuest.BASE + 0x3_ffc0),
            Arguments.of("at a negative address", -64), Arguments.of("misaligned", RawGuest.SLOT + 4), Arguments.of("unsealed", LOOSE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("places")
    void shouldRefuseASlotAndAQueue(String name, long address) throws IOException {
        try (Lab lab = Lab.listening(folder)) {
            try (RawGuest guest = lab.raw().attach("bad"); SharedFile loose = SharedFile.unsealed("loose", LOOSE_BYTES)) {
                assertEquals(0, guest.memory(LOOSE, LOOSE_BYTES, 0, loose.fd()), guest.text);
                assertEquals(0, guest.open(), guest.text); // the descriptors of the message before are gone by now
                Held before = Held.now();

                assertEquals(INVALID, guest.slot(0, address, guest.host.fd(), guest.wake.fd()));
                assertTrue(guest.text.contains("want 128 bytes of sealed memory, aligned to 128"), guest.text);
                assertEquals(INVALID, guest.queue(1, 0, address, 8, guest.wake.fd()));
                assertTrue(guest.text.contains("want 312 bytes of sealed memory, aligned to 8"), guest.text);
                lab.bus.await(Kind.REFUSED, "CALL_SLOT: call slot at guest address");
                lab.bus.await(Kind.REFUSED, "EVENT_QUEUE: event queue at guest address");

                before.await();
            }
            lab.awaitQuiet();
        }
    }

    static Stream<Arguments> queues() {
        return Stream.of(Arguments.of(64, 0, 8, "vCPU 64, priority 0, 8 slots: want 0..63, 0..7, 1..2048"),
            Arguments.of(-1, 0, 8, "vCPU -1"), Arguments.of(1, 8, 8, "priority 8"), Arguments.of(1, -1, 8, "priority -1"),
            Arguments.of(1, 1, 0, "0 slots"), Arguments.of(1, 1, -5, "-5 slots"), Arguments.of(1, 1, 2049, "2049 slots"),
            Arguments.of(1, 1, Integer.MAX_VALUE, "2147483647 slots"), Arguments.of(1, 1, 9, "IOQ of 8 descriptors in 344 bytes"),
            Arguments.of(0, 0, 8, "vCPU 0 has an event queue of priority 0"));
    }

    @ParameterizedTest
    @MethodSource("queues")
    void shouldRefuseAQueue(int vcpu, int priority, int count, String reason) {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("bad")) {
            Held before = Held.now();

            assertTrue(guest.queue(vcpu, priority, RawGuest.RING, count, guest.wake.fd()) < 0);
            assertTrue(guest.text.contains(reason), guest.text);

            before.await();
        }
    }

    static Stream<Arguments> heads() {
        return Stream.of(Arguments.of(0, 0x12345678, "IOQ with magic 0x12345678"), Arguments.of(4, 5, "version 5: want"),
            Arguments.of(8, 1, "signal with magic 0x00000001"), Arguments.of(12, 9, "version 9: want"),
            Arguments.of(48, 7, "IOQ of 7 descriptors in 312 bytes"), Arguments.of(48, -1, "IOQ of -1 descriptors"),
            Arguments.of(40, 8, "IOQ index 8 at byte 40: want 0..7"), Arguments.of(40, -1, "IOQ index -1 at byte 40"));
    }

    @ParameterizedTest
    @MethodSource("heads")
    void shouldRefuseAQueueWithABadHead(int at, int value, String reason) {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw()) {
            guest.negotiate("bad");
            guest.memory(RawGuest.BASE, RawGuest.BYTES, 0, guest.file.fd());
            guest.at(RawGuest.RING, 312).set(SlotLayout.INT, at, value);

            assertEquals(INVALID, guest.queue(0, 0, RawGuest.RING, RawGuest.COUNT, guest.wake.fd()));
            assertTrue(guest.text.contains(reason), guest.text);
            assertEquals(INVALID, guest.ask(Request.READY, _ -> { }));
            lab.bus.await(Kind.REFUSED, "READY: ready: want it once, with an event queue of vCPU 0");
        }
    }

    @Test
    void shouldRefuseMoreRegionsThanAGuestMayHave() {
        try (Lab lab = Lab.listening(folder)) {
            try (RawGuest guest = lab.raw()) {
                guest.negotiate("many");
                for (int i = 0; i < HostMemory.MAX_REGIONS; i++) {
                    assertEquals(0, guest.memory(0x1000L * i, 4096, 0, guest.file.fd()), guest.text);
                }
                assertEquals(NO_SPACE, guest.memory(0x1000L * 5000, 4096, 0, guest.file.fd()));
                assertTrue(guest.text.contains("there are 1024 already"), guest.text);
                assertEquals(0, guest.ask(Request.FORGET, m -> m.set(0, 0x7000L)));
                assertEquals(0, guest.memory(0x1000L * 5000, 4096, 0, guest.file.fd()), guest.text);
            }
            lab.awaitQuiet();
        }
    }

    @Test
    void shouldNotForgetWhatIsUsed() {
        try (Lab lab = Lab.listening(folder)) {
            try (RawGuest guest = lab.raw().attach("kid")) {
                SharedFile file = SharedFile.create("more", 8192);
                assertEquals(0, guest.memory(LOOSE, 8192, 0, file.fd()), guest.text);
                assertEquals(BUSY, guest.ask(Request.FORGET, m -> m.set(0, RawGuest.BASE)));
                assertTrue(guest.text.contains("want none that a call slot, an event queue or a registration"), guest.text);
                assertEquals(-Status.NOT_FOUND.errno(), guest.ask(Request.FORGET, m -> m.set(0, LOOSE + 4096)));

                guest.open();
                int registration = guest.shm(4, LOOSE, 100, -1, 0, 1);
                assertTrue(registration > 0, guest::error);
                assertEquals(BUSY, guest.ask(Request.FORGET, m -> m.set(0, LOOSE)));
                assertEquals(-Status.EXISTS.errno(), guest.shm(4, LOOSE, 100, -1, 0, 1));
                assertEquals(0, guest.unshm(registration));
                assertEquals(0, guest.ask(Request.FORGET, m -> m.set(0, LOOSE)), guest.text);

                assertEquals(0, guest.memory(LOOSE, 8192, 0, file.fd()), guest.text);
                assertTrue(guest.shm(4, LOOSE, 100, -1, 0, 1) > 0, guest::error);
                assertEquals(0, guest.close(guest.handle));
                assertEquals(0, guest.ask(Request.FORGET, m -> m.set(0, LOOSE)), guest.text);
                file.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            lab.awaitQuiet();
        }
    }

    /// The guest shortens a file; then something reads there.
    @Test
    void shouldEndWhoShortensItsMemoryUnderASlowCall() throws IOException {
        try (Lab lab = Lab.listening(folder)) {
            try (RawGuest other = lab.raw().attach("other"); RawGuest guest = lab.raw().attach("cutter");
                SharedFile loose = SharedFile.unsealed("loose", LOOSE_BYTES)) {
                other.open();
                guest.open();
                assertEquals(0, guest.memory(LOOSE, LOOSE_BYTES, 0, loose.fd()), guest.text);
                assertEquals(8, guest.device(FakeDevice.ADD, 8, LOOSE));
                loose.truncate(0);
                guest.send(Request.BUS_CALL, m -> m.set(0, 0).set(4, 16).set(8, LOOSE));

                assertTrue(guest.isEnded());
                assertEquals("guests/cutter", lab.bus.await(Kind.PROTOCOL, "the file behind it became shorter").subject());
                assertEquals(20, other.echo(20), other::error);
            }
            lab.awaitQuiet();
        }
    }

    @Test
    void shouldEndWhoShortensItsMemoryUnderACallSlot() throws IOException {
        try (Lab lab = Lab.listening(folder)) {
            try (RawGuest other = lab.raw().attach("other"); RawGuest guest = lab.raw().attach("cutter");
                SharedFile loose = SharedFile.unsealed("loose", LOOSE_BYTES)) {
                other.open();
                guest.open();
                assertEquals(0, guest.memory(LOOSE, LOOSE_BYTES, 0, loose.fd()), guest.text);
                assertEquals(0, guest.slot(0, RawGuest.SLOT, guest.host.fd(), guest.wake.fd()), guest.text);
                loose.truncate(4096);
                MemorySegment slot = guest.at(RawGuest.SLOT, SlotLayout.BYTES);
                slot.set(SlotLayout.INT, SlotLayout.VECTOR, 0);
                slot.set(SlotLayout.INT, SlotLayout.LENGTH, 16);
                slot.set(SlotLayout.LONG, SlotLayout.ADDRESS, LOOSE + 8192);
                SlotLayout.state(slot, SlotLayout.REQUEST);
                guest.host.ring();

                assertTrue(guest.isEnded());
                lab.bus.await(Kind.PROTOCOL, "the file behind it became shorter");
                assertEquals(20, other.echo(20), other::error);
            }
            lab.awaitQuiet();
        }
    }

    @Test
    void shouldBreakASessionWhoseRingIsCut() throws IOException {
        try (Lab lab = Lab.listening(folder)) {
            try (RawGuest guest = lab.raw().attach("cutter"); SharedFile loose = SharedFile.unsealed("loose", LOOSE_BYTES);
                Arena arena = Arena.ofConfined()) {
                guest.open();
                assertEquals(0, guest.memory(LOOSE, LOOSE_BYTES, 0, loose.fd()), guest.text);
                Ioq.format(loose.map(LOOSE_BYTES, arena).asSlice(0, 312), 8);
                assertTrue(guest.shm(1, LOOSE, 312, 8, 0, 1) > 0, guest::error);
                loose.truncate(0);
                assertEquals(-Status.BROKEN.errno(), guest.shm(0, LOOSE + 4096, 312, 8, 0, 2));

                assertEquals(0, guest.close(guest.handle), guest::error);
                assertEquals(0, guest.open(), guest::error);
                assertEquals(20, guest.echo(20), guest::error);
            }
            lab.awaitQuiet();
        }
    }
}
