// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.venet.protocol.VirtualEthernet.MAX_FRAME_BYTES;
import static vbus.venet.protocol.VirtualEthernet.MIN_FRAME_BYTES;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import vbus.api.Status;
import vbus.api.VbusException;

/// A guest that sends what it likes, calls what it likes, and writes into its rings while frames flow: only its own session may
/// break, and two other guests of both ABIs reach each other afterwards as before.
///
/// ```
///   ABI u8 | steps of a verb and its arguments
/// ```
class SwitchFuzzTest {

    private static final int MAX_STEPS = 48;
    private static final int RING_BYTES = 2200;
    private static final String HEAD = "000000000000000000000100";
    private static final int TX_AT = 64 << 10;
    private static final Set<Status> REFUSALS = EnumSet.of(Status.INVALID, Status.EXISTS, Status.NOT_FOUND);
    private static final MemorySegment[] MEMORY = {Station.allocate(), Station.allocate(), Station.allocate()};

    private byte[] input;
    private int at;
    private FakeLane lane;
    private Station guest;
    private Station flat;
    private Station virtio;

    @FuzzTest
    void shouldKeepTheHarmToTheGuestItself(byte[] bytes) {
        input = bytes;
        at = 0;
        lane = new FakeLane();
        final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);
        guest = new Station(Abi.values()[next() & 1], 1, lane, MEMORY[0]).plug(lan, 0);
        flat = new Station(Abi.VENET, 2, lane, MEMORY[1]).plug(lan);
        virtio = new Station(Abi.VIRTIO, 3, lane, MEMORY[2]).plug(lan);
        for (int step = 0; step < MAX_STEPS && at < input.length; step++) {
            step(next());
        }
        look();
        assertNull(flat.session.failure);
        assertNull(virtio.session.failure);
        virtio.send(Frames.frame(Frames.BROADCAST, virtio.mac, "here"));
        run();
        assertEquals(List.of("here"), flat.heard());
        flat.send(Frames.frame(virtio.mac, flat.mac, "there"));
        run();
        assertEquals(List.of("there"), virtio.heard());
        assertEquals(2, lan.ports().stream().filter(PortView::up).filter(p -> !p.guest().equals("guest1")).count());
    }

    private int next() {
        return at < input.length ? input[at++] & 0xff : 0;
    }

    private byte[] next(int bytes) {
        final byte[] part = Arrays.copyOfRange(input, Math.min(at, input.length), Math.min(at, input.length) + bytes);
        at += bytes;
        return part;
    }

    private void step(int verb) {
        switch (verb % 6) {
            case 0 -> send(verb / 6);
            case 1 -> poke((verb & 8) == 0 ? 0 : TX_AT);
            case 2 -> call(next(), next(next() % 20));
            case 3 -> look();
            case 4 -> flat.send(Frames.frame(guest.mac, flat.mac, "to the guest"));
            default -> guest.lend(Math.min(verb / 6, guest.receive.free()), next() | next() << 8);
        }
    }

    /// A frame of any length with a header of the guest's choice.
    private void send(int to) {
        final byte[] frame = new byte[(next() | next() << 8) % (Station.BUFFER - guest.abi.headBytes)];
        final byte[] header = next(MIN_FRAME_BYTES);
        final long mac = new long[] {flat.mac, virtio.mac, Frames.BROADCAST, guest.mac}[to & 3];
        for (int i = 0; i < 6 && (to & 4) == 0; i++) {
            header[i] = (byte) (mac >>> 8 * (5 - i));
        }
        System.arraycopy(header, 0, frame, 0, Math.min(header.length, frame.length));
        guest.reclaimed();
        if (guest.transmit.free() > 0) {
            guest.send(frame);
        }
    }

    private void poke(int ring) {
        final int head = next() | next() << 8;
        final byte[] bytes = next(head >>> 13);
        for (int i = 0; i < bytes.length; i++) {
            guest.memory.set(ValueLayout.JAVA_BYTE, ring + ((head & 0x1fff) + i) % RING_BYTES, bytes[i]);
        }
    }

    private void call(int function, byte[] data) {
        if (guest.session.failure != null) {
            return; // the bus lets no call of a broken session through
        }
        try {
            assertTrue(guest.port.call(function, MemorySegment.ofArray(data)) >= 0);
        } catch (VbusException e) {
            assertTrue(REFUSALS.contains(e.status()), e.toString());
        }
    }

    private void run() {
        for (int i = 0; i < 8 && lane.pass() > 0; i++) { } // bounded: the guest offers for ever if it likes
        flat.reclaimed();
        virtio.reclaimed();
    }

    /// Some bursts, and a look at what arrived.
    private void look() {
        run();
        flat.received().forEach(f -> assertFrame(f, 0));
        for (byte[] f : virtio.received()) {
            assertFrame(f, Abi.VIRTIO.headBytes);
            assertEquals(HEAD, HexFormat.of().formatHex(f, 0, Abi.VIRTIO.headBytes));
        }
    }

    private static void assertFrame(byte[] frame, int head) {
        final int length = frame.length - head;
        assertTrue(length >= MIN_FRAME_BYTES && length <= MAX_FRAME_BYTES, "a frame of %d bytes".formatted(length));
    }
}
