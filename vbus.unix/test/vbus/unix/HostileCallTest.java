// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import vbus.api.Status;
import vbus.api.view.Event.Kind;
import vbus.unix.guest.UnixGuest;
import vbus.unix.protocol.BusCall;
import vbus.unix.protocol.EventLayout;
import vbus.unix.protocol.SlotLayout;

/// Bus calls that no guest should make, and nonsense in the memory that it shares with the host.
class HostileCallTest {

    private static final int INVALID = -Status.INVALID.errno();
    private static final int FAULT = -Status.FAULT.errno();
    private static final int NOT_FOUND = -Status.NOT_FOUND.errno();
    private static final long END = RawGuest.BASE + RawGuest.BYTES;

    @TempDir
    Path folder;

    static Stream<Arguments> calls() {
        long at = RawGuest.ARGUMENTS;
        return Stream.of(
            Arguments.of(-1, 16, at, INVALID, "bus call -1 of 16 bytes: want 0..6"),
            Arguments.of(7, 16, at, INVALID, "bus call 7 of 16 bytes: want 0..6"),
            Arguments.of(Integer.MAX_VALUE, 16, at, INVALID, "bus call 2147483647"),
            Arguments.of(BusCall.DEVOPEN, 15, at, INVALID, "bus call 0 of 15 bytes: want 0..6, and 16 bytes"),
            Arguments.of(BusCall.DEVCALL, 33, at, INVALID, "and 32 bytes"),
            Arguments.of(BusCall.DEVSHM, -1, at, INVALID, "bus call 3 of -1 bytes"),
            Arguments.of(BusCall.ERROR, 0, at, INVALID, "and 256 bytes"),
            Arguments.of(BusCall.DEVOPEN, 16, 0L, FAULT, "guest range 0x0 + 16 bytes is outside"),
            Arguments.of(BusCall.DEVOPEN, 16, END - 8, FAULT, "is outside the guest's memory"),
            Arguments.of(BusCall.DEVOPEN, 16, -8L, FAULT, "is outside the guest's memory"),
            Arguments.of(BusCall.DEVOPEN, 16, Long.MAX_VALUE, FAULT, "is outside the guest's memory"),
            Arguments.of(BusCall.DEVOPEN, 16, Long.MIN_VALUE, FAULT, "is outside the guest's memory"),
            Arguments.of(BusCall.DEVOPEN, 16, at, NOT_FOUND, "no interface 0"),
            Arguments.of(BusCall.DEVCLOSE, 8, at, NOT_FOUND, "session: handle 0x0: there is none"),
            Arguments.of(BusCall.DEVCALL, 32, at, NOT_FOUND, "session: handle 0x0"),
            Arguments.of(BusCall.DEVSHM, 48, at, NOT_FOUND, "session: handle 0x0"),
            Arguments.of(BusCall.DEVUNSHM, 8, at, NOT_FOUND, "registration: handle 0x0"),
            Arguments.of(BusCall.DEVQUERY, 136, at, NOT_FOUND, "bus lab has no interface 0"));
    }

    @ParameterizedTest(name = "call {0} of {1} bytes at {2}")
    @MethodSource("calls")
    void shouldRefuseACall(int vector, int length, long address, int result, String reason) {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("bad")) {
            assertEquals(result, guest.call(vector, length, address));
            assertTrue(guest.error().contains(reason), guest::error);
            lab.bus.await(Kind.REFUSED, reason);
            assertEquals(0, guest.open());
        }
    }

    static Stream<Arguments> data() {
        return Stream.of(Arguments.of(-1, RawGuest.DATA, INVALID, "data of 4294967295 bytes: want 0..65536"),
            Arguments.of(65537, RawGuest.DATA, INVALID, "data of 65537 bytes"), Arguments.of(1, 0L, FAULT, "outside"),
            Arguments.of(1, END, FAULT, "outside"), Arguments.of(2, END - 1, FAULT, "outside"),
            Arguments.of(65536, END - 65535, FAULT, "outside"), Arguments.of(65536, -65536L, FAULT, "outside"));
    }

    @ParameterizedTest(name = "{0} bytes at {1}")
    @MethodSource("data")
    void shouldRefuseDataOfACall(int length, long address, int result, String reason) {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("bad")) {
            guest.open();
            assertEquals(result, guest.device(FakeDevice.ADD, length, address));
            assertTrue(guest.error().contains(reason), guest::error);
            lab.bus.await(Kind.REFUSED, reason);
            assertEquals(65536, guest.echo(65536));
        }
    }

    static Stream<Arguments> registrations() {
        return Stream.of(Arguments.of(RawGuest.DATA, -1, 16, 0, FAULT, "outside"), Arguments.of(0L, 64, 16, 0, FAULT, "outside"),
            Arguments.of(END - 63, 64, 16, 0, FAULT, "outside"),
            Arguments.of(RawGuest.DATA, 64, 16, 8, INVALID, "priority 8: want 0..63, 0..7"),
            Arguments.of(RawGuest.DATA, 64, 16, -1, INVALID, "priority -1"));
    }

    @ParameterizedTest
    @MethodSource("registrations")
    void shouldRefuseARegistration(long address, int length, int signal, int priority, int result, String reason) {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("bad")) {
            guest.open();
            Held before = Held.now();
            assertEquals(result, guest.shm(4, address, length, signal, priority, 1));
            assertTrue(guest.error().contains(reason), guest::error);
            lab.bus.await(Kind.REFUSED, reason);
            before.await();
        }
    }

    @Test
    void shouldKnowNoHandleThatIsClosedOrSomebodyElses() {
        try (Lab lab = Lab.listening(folder); RawGuest first = lab.raw().attach("first"); RawGuest second = lab.raw().attach("second")) {
            first.open();
            long stale = first.handle;
            assertEquals(0, first.close(stale));
            assertEquals(NOT_FOUND, first.close(stale), "closed twice");
            assertEquals(NOT_FOUND, first.echo(1));
            first.open();
            assertNotEquals(stale, first.handle, "a handle is not given again soon");
            second.open();
            second.handle = first.handle + 4096; // as the first guest's would be
            assertEquals(NOT_FOUND, second.echo(1));
            first.handle = stale;
            assertEquals(NOT_FOUND, first.echo(1));
            first.handle = stale | 1L << 32;
            assertEquals(NOT_FOUND, first.echo(1));
        }
    }

    @Test
    void shouldKnowNoRegistrationThatIsOver() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("kid")) {
            guest.open();
            int registration = guest.shm(4, RawGuest.DATA, 64, -1, 0, 1);
            assertEquals(0, guest.unshm(registration));
            assertEquals(NOT_FOUND, guest.unshm(registration));
            registration = guest.shm(4, RawGuest.DATA, 64, -1, 0, 1);
            guest.close(guest.handle);
            assertEquals(NOT_FOUND, guest.unshm(registration));
        }
    }

    @Test
    void shouldGoOnAfterADeviceWithADefect() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("kid")) {
            guest.open();
            assertEquals(-Status.BROKEN.errno(), guest.device(FakeDevice.THROW, 0, 0));
            assertTrue(guest.error().contains("a device with a defect"), guest::error);
            lab.bus.await(Kind.LOG, "a bus call failed");
            assertEquals(3, guest.echo(3));
        }
    }

    @Test
    void shouldNotTellOfEachOfManyRefusals() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("chatter")) {
            for (int i = 0; i < 300; i++) {
                assertEquals(INVALID, guest.call(99, 1, 0L));
            }
            assertEquals(Refusals.TOLD, lab.bus.reports.stream().filter(r -> r.kind() == Kind.REFUSED).count());
            lab.bus.await(Kind.REFUSED, "what else it asks in vain is not told");
        }
    }

    /// The guest writes whatever it likes where the host looks.
    @Test
    void shouldLiveWithGarbageInASlot() {
        try (Lab lab = Lab.listening(folder); UnixGuest other = lab.guest("other"); RawGuest guest = lab.raw().attach("bad")) {
            guest.open();
            assertEquals(0, guest.slot(3, RawGuest.SLOT, guest.host.fd(), guest.wake.fd()), guest.text);
            assertEquals(-Status.EXISTS.errno(), guest.slot(3, RawGuest.SLOT, guest.host.fd(), guest.wake.fd()));
            assertEquals(-Status.EXISTS.errno(), guest.slot(64, RawGuest.SLOT, guest.host.fd(), guest.wake.fd()));
            MemorySegment slot = guest.at(RawGuest.SLOT, SlotLayout.BYTES);
            java.util.Random random = new java.util.Random(Seed.of("HostileCallTest"));
            for (int i = 0; i < 20_000; i++) {
                slot.set(SlotLayout.INT, 4L * random.nextInt(32), random.nextInt(8) == 0 ? random.nextInt() : random.nextInt(8));
                if (i % 16 == 0) {
                    guest.host.ring();
                }
            }
            slot.fill((byte) 0);
            for (int state : new int[] {-1, 3, 77, SlotLayout.DONE}) {
                SlotLayout.state(slot, state);
                guest.host.ring();
            }
            slot.set(SlotLayout.INT, SlotLayout.VECTOR, BusCall.DEVQUERY);
            slot.set(SlotLayout.INT, SlotLayout.LENGTH, 1);
            SlotLayout.state(slot, SlotLayout.REQUEST);
            guest.host.ring();
            Await.until("an answer", () -> SlotLayout.state(slot) == SlotLayout.DONE);
            assertEquals(INVALID, slot.get(SlotLayout.INT, SlotLayout.RESULT));
            Echo.of(other).call(10);
        }
    }

    static Stream<Arguments> rings() {
        long first = 56;
        return Stream.of(Arguments.of("length of a slot", first + 16, 100L, "event slot of 100 bytes: want at least 144"),
            Arguments.of("negative length", first + 16, -1L, "descriptor 0 has length -1"),
            Arguments.of("address outside", first + 8, 0x5000L, "descriptor 0"),
            Arguments.of("address that wraps", first + 8, -8L, "descriptor 0"),
            Arguments.of("length beyond the memory", first + 16, 0x7fff_ffffL, "descriptor 0"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rings")
    void shouldEndWhoBreaksItsEventQueue(String name, long at, long value, String reason) {
        try (Lab lab = Lab.listening(folder)) {
            try (RawGuest other = lab.raw().attach("other"); RawGuest guest = lab.raw()) {
                other.open();
                guest.negotiate("bad");
                guest.memory(RawGuest.BASE, RawGuest.BYTES, 0, guest.file.fd());
                guest.queue(0, 0, RawGuest.RING, RawGuest.COUNT, guest.wake.fd());
                guest.inbox.lend(2);
                guest.at(RawGuest.RING, 312).set(EventLayout.LONG, at, value);
                guest.send(vbus.unix.protocol.Request.READY);

                FakeBus.Report report = lab.bus.await(Kind.PROTOCOL, "event queue: " + reason);
                assertEquals("guests/bad", report.subject());
                assertTrue(guest.isEnded());
                assertEquals(5, other.echo(5), other::error);
            }
            lab.awaitQuiet();
        }
    }

    /// What ends leaves an event behind: who takes none can not fill the host's memory with them.
    @Test
    void shouldBoundWhatAGuestLeavesBehindThatTakesNoEvents() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("hoarder")) {
            guest.open();
            int refused = 0;
            List<Integer> registrations = new ArrayList<>();
            for (int i = 0; i < 9000 && refused == 0; i++) {
                int registration = guest.shm(4, RawGuest.DATA, 64, -1, 0, i);
                refused = registration < 0 ? registration : 0;
                registrations.add(registration);
                guest.unshm(registration);
            }
            assertEquals(-Status.NO_SPACE.errno(), refused);
            guest.shm(4, RawGuest.DATA, 64, -1, 0, 0);
            assertTrue(guest.error().contains("events wait: want event slots lent first"), guest::error);

            guest.inbox.lend(RawGuest.COUNT);
            guest.inbox.await(EventLayout.SHMCLOSE, registrations.size() - 2);
            long closes = guest.inbox.seen.stream().filter(s -> s.event() == EventLayout.SHMCLOSE).distinct().count();
            assertEquals(registrations.size() - 1, closes, "each is told");
            assertTrue(guest.shm(4, RawGuest.DATA, 64, -1, 0, 0) > 0, guest::error);
        }
    }
}
