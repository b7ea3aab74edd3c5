// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static vbus.venet.Frames.frame;
import static vbus.venet.protocol.PacketDescriptor.*;
import static vbus.venet.protocol.VirtualEthernet.*;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import vbus.shm.Region;

/// Packets in pieces, as their descriptors say, in the guest's memory or in a pool.
class ScatterGatherTest {

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);
    private static final int TEXT = 60;

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);
    private final PieceGuest a = new PieceGuest(1, lane);
    private final Station b = new Station(Abi.VENET, 2, lane);

    private void plug(boolean pooled) {
        b.plug(lan);
        a.open(lan);
        a.negotiate(GROUP_SG, -1);
        a.negotiate(GROUP_EVENTQ, CAP_TXC);
        a.events(PieceGuest.COUNT);
        a.lendEvents(PieceGuest.COUNT);
        a.transmit(pooled).flatReceive().up();
    }

    private byte[] text(String text) {
        return frame(b.mac, a.mac, text, TEXT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldForwardAPacketWhateverItsPieces(boolean pooled) {
        plug(pooled);
        for (int pieceBytes : new int[] {4, 5, 13, 14, 59, 60}) {
            a.send(text("in pieces of " + pieceBytes), pieceBytes, pieceBytes);
        }

        lane.run();

        assertEquals(List.of("in pieces of 4", "in pieces of 5", "in pieces of 13", "in pieces of 14", "in pieces of 59", "in pieces of 60"),
            b.heard());
        assertEquals(6, a.reclaimed());
        assertEquals(List.of("0:4", "0:5", "0:13", "0:14", "0:59", "0:60"), a.told(true));
    }

    @Test
    void shouldReceiveFlatFramesBesides() {
        plug(true);
        b.send(frame(a.mac, b.mac, "flat", TEXT));

        lane.run();

        assertEquals("flat", Frames.text(a.received().getFirst(), 0));
    }

    @Test
    void shouldCompleteTheChecksumForAReceiverThatCanNot() {
        plug(true);
        byte[] packet = Frames.tcp(b.mac, a.mac, 100);
        int slot = a.describe(packet, 64, 1);
        head(a.memory, slot, NEEDS_CSUM, packet.length, 3);
        offload(a.memory, slot, 34, 16, 0, 0, 0);
        a.offer(slot, piece(3));

        lane.run();

        byte[] got = b.received().getFirst();
        assertEquals(0xffff, Frames.sum(ByteBuffer.wrap(got), 26, got.length, 6 + 120));
    }

    @Test
    void shouldCutALargePacketForAReceiverThatCanNot() {
        plug(true);
        byte[] packet = Frames.tcp(b.mac, a.mac, 10_000);
        int slot = a.describe(packet, 4096, 1);
        gso(slot, packet.length, 3, TCP4, 54, 1000);
        a.offer(slot, piece(3));

        lane.run();

        List<byte[]> got = b.received();
        assertEquals(10, got.size());
        byte[] payload = new byte[10_000];
        for (int i = 0; i < 10; i++) {
            assertEquals(1054, got.get(i).length);
            assertEquals(0xffff, Frames.sum(ByteBuffer.wrap(got.get(i)), 26, 1054, 6 + 1020));
            System.arraycopy(got.get(i), 54, payload, 1000 * i, 1000);
        }
        assertArrayEquals(java.util.Arrays.copyOfRange(packet, 54, packet.length), payload);
    }

    private void gso(int slot, int total, int pieces, int type, int headers, int segment) {
        head(a.memory, slot, NEEDS_CSUM | GSO, total, pieces);
        offload(a.memory, slot, 34, 16, type, headers, segment);
    }

    @Test
    void shouldTakePiecesThatLieAcrossRegions() {
        plug(true);
        MemorySegment two = java.lang.foreign.Arena.ofAuto().allocate(128);
        a.guestMemory.add(new Region(0x7000_0000L, two.asSlice(0, 64)));
        a.guestMemory.add(new Region(0x7000_0040L, two.asSlice(64, 64)));
        MemorySegment.copy(text("across"), 0, two, ValueLayout.JAVA_BYTE, 34, TEXT);
        int slot = a.slot();
        head(a.memory, slot, 0, TEXT, 1);
        piece(a.memory, slot, 0, TEXT, 0x7000_0000L + 34);
        a.offer(slot, piece(1));

        lane.run();

        assertEquals(List.of("across"), b.heard());
    }

    /// What is wrong, how long the descriptor is said to be, and what it is counted as.
    private record Wrong(String what, int bytes, String counter, Spoil spoil) {
        interface Spoil {
            void spoil(MemorySegment memory, int slot);
        }

        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Arguments> wrongs() {
        return Stream.of(
            new Wrong("a descriptor without its piece", 47, "badDescriptor", (m, s) -> { }),
            new Wrong("no room for a cookie", 7, "badDescriptor", (m, s) -> { }),
            new Wrong("longer than the longest", 321, "badDescriptor", (m, s) -> { }),
            new Wrong("no piece", 48, "badDescriptor", (m, s) -> head(m, s, 0, TEXT, 0)),
            new Wrong("more pieces than the descriptor has", 48, "badDescriptor", (m, s) -> head(m, s, 0, TEXT, 2)),
            new Wrong("19 pieces", 320, "badDescriptor", (m, s) -> head(m, s, 0, TEXT, 19)),
            new Wrong("2^32-1 pieces", 320, "badDescriptor", (m, s) -> head(m, s, 0, TEXT, -1)),
            new Wrong("an unknown flag", 48, "badDescriptor", (m, s) -> head(m, s, 8, TEXT, 1)),
            new Wrong("a total that is more than the pieces", 48, "badDescriptor", (m, s) -> head(m, s, 0, TEXT + 1, 1)),
            new Wrong("a total that is less", 48, "badDescriptor", (m, s) -> head(m, s, 0, TEXT - 1, 1)),
            new Wrong("a sum that wraps 32 bits", 64, "badDescriptor", (m, s) -> {
                head(m, s, 0, TEXT, 2);
                piece(m, s, 1, TEXT + 1, PieceGuest.BASE);
                m.set(ValueLayout.JAVA_INT_UNALIGNED, s + piece(0), -1);
            }),
            new Wrong("a total of 2^32-1", 48, "oversize", (m, s) -> {
                head(m, s, 0, -1, 1);
                m.set(ValueLayout.JAVA_INT_UNALIGNED, s + piece(0), -1);
            }),
            new Wrong("an address that is not there", 48, "badAddress", (m, s) -> piece(m, s, 0, TEXT, 0x66)),
            new Wrong("a piece over the memory's end", 48, "badAddress",
                (m, s) -> piece(m, s, 0, TEXT, PieceGuest.BASE + PieceGuest.BYTES - TEXT + 1)),
            new Wrong("an address that wraps 64 bits", 48, "badAddress", (m, s) -> piece(m, s, 0, TEXT, -1)),
            new Wrong("longer than the MTU", 48, "oversize", (m, s) -> {
                head(m, s, 0, 1519, 1);
                piece(m, s, 0, 1519, PieceGuest.BASE);
            }),
            new Wrong("a runt", 48, "runt", (m, s) -> {
                head(m, s, 0, 13, 1);
                piece(m, s, 0, 13, PieceGuest.BASE);
            }),
            new Wrong("a packet of no byte", 48, "runt", (m, s) -> {
                head(m, s, 0, 0, 1);
                piece(m, s, 0, 0, 0x66);
            }),
            new Wrong("a checksum behind the end", 48, "badChecksumStart", (m, s) -> {
                head(m, s, NEEDS_CSUM, TEXT, 1);
                m.set(SHORT, s + CHECKSUM_START_AT, (short) 34);
                m.set(SHORT, s + CHECKSUM_OFFSET_AT, (short) (TEXT - 34 - 1));
            }),
            new Wrong("segments of no byte", 48, "badGsoSize", (m, s) -> {
                head(m, s, GSO, TEXT, 1);
                offload(m, s, 0, 0, TCP4, 54, 0);
            }),
            new Wrong("an unknown kind of segmentation", 48, "badGsoType", (m, s) -> {
                head(m, s, GSO, TEXT, 1);
                offload(m, s, 0, 0, 3, 54, 1000);
            }),
            new Wrong("headers longer than the packet", 48, "badHeaderLength", (m, s) -> {
                head(m, s, GSO, TEXT, 1);
                offload(m, s, 0, 0, TCP4, TEXT + 1, 1000);
            })
        ).flatMap(w -> Stream.of(Arguments.of(w, true), Arguments.of(w, false)));
    }

    @ParameterizedTest(name = "{0}, pooled {1}")
    @MethodSource("wrongs")
    void shouldDropABadPacketCompleteItAndGoOn(Wrong wrong, boolean pooled) {
        plug(pooled);
        int slot = a.describe(text("bad"), TEXT, 77);
        wrong.spoil().spoil(a.memory, slot);
        a.offer(slot, wrong.bytes());
        a.send(text("good"), TEXT, 78);

        lane.run();

        assertNull(a.session.failure);
        assertEquals(List.of("good"), b.heard());
        assertEquals(1, a.counter(lan, wrong.counter()));
        assertEquals(2, a.reclaimed());
        assertEquals(wrong.bytes() < 8 ? List.of("0:78") : List.of("0:77", "0:78"), a.told(true));
    }

    @ParameterizedTest
    @ValueSource(longs = {PieceGuest.COUNT * PieceGuest.SLOT, PieceGuest.COUNT * PieceGuest.SLOT - 47, PieceGuest.BASE, -1, Long.MIN_VALUE})
    void shouldDropADescriptorOutsideThePool(long offset) {
        plug(true);
        a.tx.offer(offset, 48, 0);
        a.tx.publish();
        a.send(text("good"), TEXT, 78);

        lane.run();

        assertNull(a.session.failure);
        assertEquals(List.of("good"), b.heard());
        assertEquals(1, a.counter(lan, "badAddress"));
        assertEquals(2, a.reclaimed());
    }

    @Test
    void shouldDropAnOffloadThatWasNotNegotiated() {
        b.plug(lan);
        a.open(lan);
        a.negotiate(GROUP_SG, CAP_SG | CAP_TSO6);
        a.transmit(false).flatReceive().up();
        byte[] packet = Frames.tcp(b.mac, a.mac, 4000);
        int slot = a.describe(packet, 4096, 1);
        gso(slot, packet.length, 1, TCP4, 54, 1000);
        a.offer(slot, piece(1));

        lane.run();

        assertEquals(1, a.counter(lan, "notNegotiated"));
        assertEquals(List.of(), b.received());
        assertEquals(1, a.reclaimed());
    }

    @Test
    void shouldNotTakeOverAnOffloadFromAnotherGuestsBurst() {
        plug(true);
        byte[] packet = Frames.tcp(b.mac, a.mac, 2000);
        int slot = a.describe(packet, 4096, 1);
        gso(slot, packet.length, 1, TCP4, 54, 1000);
        a.offer(slot, piece(1));
        lane.run();

        b.send(frame(a.mac, b.mac, "flat", TEXT));
        lane.run();

        assertEquals("flat", Frames.text(a.received().getFirst(), 0));
    }
}
