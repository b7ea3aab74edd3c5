// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.shm.linux.Fds;
import vbus.shm.linux.SocketFile;
import vbus.shm.linux.UnixSocket;
import vbus.unix.guest.UnixGuest;
import vbus.unix.protocol.BusCall;
import vbus.unix.protocol.EventLayout;
import vbus.unix.protocol.Message;
import vbus.unix.protocol.Request;
import vbus.unix.protocol.SlotLayout;

/// Bytes by hand against what the code writes and reads.
class LayoutTest {

    private static final String Z8 = "0000000000000000";

    @TempDir
    Path folder;

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\|[^\\n]*", "").replaceAll("\\s", ""));
    }

    private static String hex(MemorySegment bytes) {
        return HexFormat.of().formatHex(bytes.toArray(ValueLayout.JAVA_BYTE));
    }

    private static void assertBytes(String expected, MemorySegment actual) {
        assertEquals(HexFormat.of().formatHex(hex(expected)), hex(actual));
    }

    /// A text in a field of `bytes` bytes.
    private static String field(String text, int bytes) {
        String own = HexFormat.of().formatHex(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return own + "00".repeat(bytes - own.length() / 2);
    }

    static Stream<Arguments> requests() {
        return Stream.of(Arguments.of(Request.NEGOTIATE, 1, 80, 1), Arguments.of(Request.MEMORY, 2, 24, 1),
            Arguments.of(Request.FORGET, 3, 8, 0), Arguments.of(Request.EVENT_QUEUE, 4, 24, 1), Arguments.of(Request.CALL_SLOT, 5, 16, 2),
            Arguments.of(Request.READY, 6, 0, 0), Arguments.of(Request.BUS_CALL, 7, 16, 0), Arguments.of(Request.EVENTS, 8, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void shouldKnowEachRequestByItsNumber(Request request, int code, int payload, int descriptors) {
        assertEquals(request, Request.of(code));
        assertEquals(code, request.code());
        assertEquals(payload, request.payloadBytes());
        assertEquals(descriptors, request.descriptors());
    }

    @Test
    void shouldKnowNoOtherRequest() {
        assertNull(Request.of(0));
        assertNull(Request.of(9));
        assertNull(Request.of(-1));
        assertNull(Request.of(Integer.MAX_VALUE));
    }

    @Test
    void shouldSayWhatTheGuestLibrarySaysInTheseBytes() throws Exception {
        try (SocketFile host = SocketFile.listen(folder.resolve("s"), "0600", 1);
            UnixGuest guest = new UnixGuest(folder.resolve("s"), new UnixGuest.Options("kid", 1, 0));
            UnixSocket peer = host.socket().accept(); Arena arena = Arena.ofConfined(); Fds fds = new Fds()) {
            MemorySegment bytes = arena.allocate(96, 8);
            for (int at = 0; at < 96; ) {
                at += peer.receive(bytes.asSlice(at), fds);
            }

            assertBytes("01000000 50000000 01000000 00000000 | NEGOTIATE, 80 bytes, message 1\n"
                + "76627573 01000000 0000000000000000 | \"vbus\", version 1, no capabilities\n" + field("kid", 64), bytes);
            assertEquals(1, fds.count());
            assertEquals("", guest.bus());
        }
    }

    @Test
    void shouldAnswerANegotiationInTheseBytes() throws Exception {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw(); Arena arena = Arena.ofConfined(); Fds fds = new Fds()) {
            guest.bytes(hex("01000000 50000000 2a000000 00000000 76627573 01000000" + Z8 + field("kid", 64)), guest.kick.fd());
            MemorySegment bytes = arena.allocate(160, 8);
            for (int at = 0; at < 160; ) {
                at += guest.socket.receive(bytes.asSlice(at), fds);
            }

            assertBytes("01000000 90000000 2a000000 00000000 | NEGOTIATE, 144 bytes, message 42, result 0\n"
                + "01000000 00000000 0000000000000000 | version 1, no capabilities\n" + field("lab", 64) + field("guests/kid", 64), bytes);
        }
    }

    @Test
    void shouldAnswerARefusalInTheseBytes() throws Exception {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw(); Arena arena = Arena.ofConfined(); Fds fds = new Fds()) {
            guest.negotiate("kid");
            guest.bytes(hex("03000000 08000000 07000000 00000000 | FORGET, 8 bytes, message 7\n 0050000000000000"));
            String text = "there is no region at guest address 0x5000";
            MemorySegment bytes = arena.allocate(16 + text.length(), 8);
            for (int at = 0; at < bytes.byteSize(); ) {
                at += guest.socket.receive(bytes.asSlice(at), fds);
            }

            assertBytes("03000000 2a000000 07000000 feffffff | FORGET, 42 bytes, message 7, -ENOENT\n"
                + field(text, text.length()), bytes);
        }
    }

    @Test
    void shouldReadEachRequestInTheseBytes() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw()) {
            guest.negotiate("kid");
            guest.bytes(hex("02000000 18000000 01000000 00000000 | MEMORY, 24 bytes\n"
                + "0000100000000000 0000040000000000 0000000000000000 | 256 KiB at 1 MiB, offset 0"), guest.file.fd());
            assertEquals(0, guest.answer(), guest.text);
            guest.bytes(hex("04000000 18000000 01000000 00000000 | EVENT_QUEUE, 24 bytes\n"
                + "00000000 00000000 0010100000000000 08000000 00000000 | vCPU 0, priority 0, IOQ, 8 event slots"), guest.wake.fd());
            assertEquals(0, guest.answer(), guest.text);
            guest.bytes(hex("05000000 10000000 01000000 00000000 | CALL_SLOT, 16 bytes\n"
                + "00000000 00000000 0000100000000000 | vCPU 0, slot"), guest.host.fd(), guest.wake.fd());
            assertEquals(0, guest.answer(), guest.text);
            guest.bytes(hex("06000000 00000000 01000000 00000000 | READY"));
            assertEquals(0, guest.answer(), guest.text);
            MemorySegment.copy(MemorySegment.ofArray(hex("07000000 02000000" + Z8 + "| DEVOPEN 7, version 2")), 0,
                guest.memory, 0x4000, 16);
            guest.bytes(hex("07000000 10000000 01000000 00000000 | BUS_CALL, 16 bytes\n"
                + "00000000 10000000 0040100000000000 | DEVOPEN, 16 bytes, arguments"));
            assertEquals(0, guest.answer(), guest.text);

            assertBytes("07000000 02000000 0010000000000000 | handle: generation 1, index 0", guest.at(RawGuest.ARGUMENTS, 16));
            assertEquals("guests/kid", lab.bus.member("guests/kid").name());
        }
    }

    @Test
    void shouldMakeADeviceCallFromTheBytesOfASlot() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("kid")) {
            guest.open();
            assertEquals(0, guest.slot(0, RawGuest.SLOT, guest.host.fd(), guest.wake.fd()), guest.text);
            MemorySegment slot = guest.at(RawGuest.SLOT, SlotLayout.BYTES);
            MemorySegment.copy(MemorySegment.ofArray(hex("02000000 20000000 1800100000000000 | DEVCALL, 32 bytes, arguments at 24\n"
                + "00000000 00000000 | result, state\n"
                + "0010000000000000 01000000 02000000 00000000 00000000 3800100000000000 | handle, ADD, 2 bytes, data at 56\n"
                + "2900290000000000 | data")), 0, slot, 0, 64);
            SlotLayout.state(slot, 1);
            guest.host.ring();
            Await.until("the answer", () -> SlotLayout.state(slot) == 2);

            assertBytes("02000000 20000000 1800100000000000 02000000 02000000 | result 2, state DONE\n"
                + "0010000000000000 01000000 02000000 00000000 00000000 3800100000000000 2a01290000000000", slot.asSlice(0, 64));
        }
    }

    @Test
    void shouldTellEventsInTheseBytes() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("kid")) {
            guest.inbox.lend(RawGuest.COUNT);
            guest.open();
            guest.shm(5, RawGuest.DATA, 64, 16, 3, 0x1122334455667788L);
            MemorySegment data = guest.at(RawGuest.DATA, 8);
            data.set(ValueLayout.JAVA_INT, 0, 5);
            guest.device(FakeDevice.SIGNAL, 4, RawGuest.DATA);
            guest.inbox.await(EventLayout.SHMSIGNAL, 0x1122334455667788L);
            data.set(ValueLayout.JAVA_INT, 0, 99);
            data.set(ValueLayout.JAVA_INT, 4, 0x0a0b0c0d);
            guest.device(FakeDevice.EVENT, 8, RawGuest.DATA);
            guest.device(FakeDevice.CONFIG, 0, 0);
            guest.device(FakeDevice.GONE, 0, 0);
            guest.inbox.await(EventLayout.DEVGONE, guest.handle);
            guest.device(FakeDevice.BREAK, 0, 0);
            guest.inbox.await(EventLayout.DEVBROKEN, guest.handle);
            guest.close(guest.handle);
            guest.inbox.await(EventLayout.SHMCLOSE, 0x1122334455667788L);
            lab.bus.drop(FakeBus.ECHO);
            guest.inbox.await(EventLayout.DEVDROP, 7);

            String handle = "0010000000000000";
            assertEvent("00000000 00000000 0700000000000000" + field("echo", 128), EventLayout.DEVADD, guest);
            assertEvent("01000000 00000000 0700000000000000", EventLayout.DEVDROP, guest);
            assertEvent("02000000 00000000 8877665544332211", EventLayout.SHMSIGNAL, guest);
            assertEvent("03000000 00000000 8877665544332211", EventLayout.SHMCLOSE, guest);
            assertEvent("10000000 00000000" + handle + "63000000 04000000 0d0c0b0a", EventLayout.DEVEVENT, guest);
            assertEvent("11000000 00000000" + handle, EventLayout.DEVCONFIG, guest);
            assertEvent("12000000 00000000" + handle + field("it was asked to", 128), EventLayout.DEVBROKEN, guest);
            assertEvent("13000000 00000000" + handle, EventLayout.DEVGONE, guest);
        }
    }

    private static void assertEvent(String expected, int event, RawGuest guest) {
        byte[] own = hex(expected);
        assertBytes(expected + "00".repeat(EventLayout.BYTES - own.length), guest.inbox.bytesOf(event));
    }

    @Test
    void shouldDescribeADeviceInTheseBytes() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("kid")) {
            lab.bus.add(new Offer(9, "t".repeat(80), 3, "\u00fc"));
            assertEquals(0, guest.call(BusCall.DEVQUERY, BusCall.QUERY_BYTES, a -> a.set(SlotLayout.INT, 0, 9)));

            assertBytes("09000000 03000000" + field("\u00fc", 64) + "74".repeat(63) + "00", guest.at(RawGuest.ARGUMENTS, 136));
        }
    }

    @Test
    void shouldLayOutArgumentsAsTheOriginalDid() {
        assertEquals("0 1 2 3 4 5 6", "%d %d %d %d %d %d %d".formatted(BusCall.DEVOPEN, BusCall.DEVCLOSE, BusCall.DEVCALL, BusCall.DEVSHM,
            BusCall.DEVUNSHM, BusCall.DEVQUERY, BusCall.ERROR));
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("kid")) {
            guest.open();
            MemorySegment.copy(MemorySegment.ofArray(hex("0010000000000000 04000000 00010000 00000000 00000000 | handle, id 4, 256 bytes\n"
                + "20000000 06000000 aa00000000000000 0050100000000000 | signal at 32, priority 6, cookie, data")), 0,
                guest.memory, 0x4000, 48);
            int registration = guest.call(BusCall.DEVSHM, 48, RawGuest.ARGUMENTS);
            assertTrue(registration > 0, guest::error);
            FakeDevice.Pool pool = lab.bus.member("guests/kid").device().pool(4);
            assertEquals(256, pool.memory().byteSize());
            assertEquals(32, pool.signalOffset());
            assertEquals(6, pool.priority());
            assertTrue(pool.kickFd() >= 0);

            assertEquals(0, guest.unshm(registration), guest::error);
            assertNull(lab.bus.member("guests/kid").device().pool(4));
        }
    }

    @Test
    void shouldNotReadPastTheEndOfAText() {
        MemorySegment bytes = Arena.ofAuto().allocate(8);
        EventLayout.text(bytes, 0, 8, "0123456789");
        assertEquals("0123456", EventLayout.text(bytes, 0, 8));
        bytes.fill((byte) 'x');
        assertEquals("xxxxxxxx", EventLayout.text(bytes, 0, 8));
        assertEquals(512, Message.MAX_PAYLOAD_BYTES);
    }
}
