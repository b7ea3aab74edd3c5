// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.venet.Frames.frame;
import static vbus.venet.protocol.PacketDescriptor.*;
import static vbus.venet.protocol.VirtualEthernet.*;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Frames that arrive in a descriptor's first piece and in pages.
class PageReceiverTest {

    private static final int MOST_PAYLOAD = 65_535 - 40;
    private static final int PAGE = PieceGuest.PAGE;

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(16, 300, 9000, () -> 0);
    private final PieceGuest a = new PieceGuest(1, lane);
    private final PieceGuest b = new PieceGuest(2, lane);

    private void plug(int pieces, int pages, int pageBytes) {
        a.open(lan);
        a.negotiate(GROUP_SG, -1);
        a.transmit(true).flatReceive().up();
        b.open(lan);
        b.negotiate(GROUP_SG, -1);
        b.negotiate(GROUP_L4RO, -1);
        b.transmit(true).pagedReceive(pieces, pages, pageBytes).up();
    }

    private void send(int length) {
        byte[] frame = frame(b.mac, a.mac, "plain", length);
        a.send(frame, 4096, 1);
    }

    private static int freePages(PieceGuest guest, int count) {
        long[] cookies = new long[count];
        return guest.pages.reap(cookies, new int[count]);
    }

    @Test
    void shouldTakeAFrameThatFitsIntoTheFirstPieceWithoutAPage() {
        plug(18, 64, PAGE);
        send(PieceGuest.SMALL);
        lane.run();

        int slot = b.descriptors().getFirst();
        assertEquals(1, u32(b.memory, slot + PIECES_AT));
        assertEquals(PieceGuest.SMALL, b.frame(slot).length);
        assertArrayEquals(frame(b.mac, a.mac, "plain", PieceGuest.SMALL), b.frame(slot));
        assertEquals(0, u32(b.memory, slot + FLAGS_AT));
        assertEquals(0, freePages(b, 64));
    }

    @Test
    void shouldTakeAPageForOneByteMore() {
        plug(18, 64, PAGE);
        send(PieceGuest.SMALL + 1);
        lane.run();

        int slot = b.descriptors().getFirst();
        assertEquals(2, u32(b.memory, slot + PIECES_AT));
        assertEquals(1, u32(b.memory, slot + piece(1)));
        assertArrayEquals(frame(b.mac, a.mac, "plain", PieceGuest.SMALL + 1), b.frame(slot));
        assertEquals(1, freePages(b, 64));
    }

    @ParameterizedTest
    @ValueSource(ints = {3000, 20_000, MOST_PAYLOAD})
    void shouldTakeALargePacketWholeWithItsMetadata(int payload) {
        plug(18, 64, PAGE);
        byte[] packet = Frames.tcp(b.mac, a.mac, payload);
        a.sendLarge(packet, 4096, 1448, 1);
        lane.run();

        int slot = b.descriptors().getFirst();
        assertArrayEquals(packet, b.frame(slot));
        assertEquals(NEEDS_CSUM | GSO, u32(b.memory, slot + FLAGS_AT));
        assertEquals(34, u16(b.memory, slot + CHECKSUM_START_AT));
        assertEquals(16, u16(b.memory, slot + CHECKSUM_OFFSET_AT));
        assertEquals(54, u16(b.memory, slot + HEADER_LENGTH_AT));
        assertEquals(1448, u16(b.memory, slot + SEGMENT_AT));
        assertEquals(TCP4, b.memory.get(ValueLayout.JAVA_BYTE, slot + GSO_TYPE_AT));
        assertEquals((packet.length - PieceGuest.SMALL + PAGE - 1) / PAGE, freePages(b, 64));
        assertEquals(0, b.counter(lan, "segmented"));
    }

    @Test
    void shouldCutForAGuestThatTakesNoneOfItsKind() {
        plug(18, 64, PAGE);
        b.port.call(LINKDOWN, MemorySegment.NULL);
        b.negotiate(GROUP_L4RO, CAP_SG | CAP_TSO6);
        b.up();
        a.sendLarge(Frames.tcp(b.mac, a.mac, 5000), 4096, 1000, 1);
        lane.run();

        assertEquals(5, b.descriptors().size());
    }

    @Test
    void shouldLoseAFrameForWhichThereAreNoPagesAndNoneBesides() {
        plug(18, 3, PAGE);
        a.sendLarge(Frames.tcp(b.mac, a.mac, 30_000), 4096, 1448, 1);
        send(PieceGuest.SMALL);
        send(9000);
        lane.run();

        List<Integer> slots = b.descriptors();
        assertEquals(2, slots.size());
        assertEquals(9000, b.frame(slots.get(1)).length);
        assertEquals(1, b.counter(lan, "noBuffer"));
        assertEquals(3, a.reclaimed());
        assertEquals(2, freePages(b, 3));
    }

    /// A descriptor of 18 pieces has room for 17 pages: 17 of 16 bytes are all that a frame may take.
    @Test
    void shouldTakeABoundedNumberOfTinyPages() {
        plug(18, 200, 16);
        send(PieceGuest.SMALL + 17 * 16 + 1);
        send(PieceGuest.SMALL + 17 * 16);
        lane.run();

        List<Integer> slots = b.descriptors();
        assertEquals(1, slots.size());
        assertEquals(18, u32(b.memory, slots.getFirst() + PIECES_AT));
        assertArrayEquals(frame(b.mac, a.mac, "plain", PieceGuest.SMALL + 17 * 16), b.frame(slots.getFirst()));
        assertEquals(1, b.counter(lan, "tooSmall"));
        assertEquals(17, freePages(b, 200));
    }

    @Test
    void shouldTakeNoMorePagesThanTheDescriptorHasRoomFor() {
        plug(2, 64, PAGE);
        int behind = b.rxSlots + piece(2);
        b.memory.set(ValueLayout.JAVA_BYTE, behind, (byte) 0x5a);
        send(PieceGuest.SMALL + PAGE + 1);
        send(PieceGuest.SMALL + PAGE);
        lane.run();

        assertEquals(PieceGuest.SMALL + PAGE, b.frame(b.descriptors().getFirst()).length);
        assertEquals(1, b.counter(lan, "tooSmall"));
        assertEquals(0x5a, b.memory.get(ValueLayout.JAVA_BYTE, behind));
    }

    @Test
    void shouldSayInFlushedDescriptorsThatTheyHoldNothing() {
        plug(18, 64, PAGE);
        b.memory.set(PieceGuest.INT, b.rxSlots + TOTAL_AT, 1234);

        b.port.call(FLUSHRX, MemorySegment.NULL);

        List<Integer> slots = b.descriptors();
        assertEquals(PieceGuest.COUNT, slots.size());
        for (int slot : slots) {
            assertEquals(0, u32(b.memory, slot + TOTAL_AT));
        }
        assertEquals(0, b.lengths[0]);
    }

    @Test
    void shouldLoseOneFrameForEachBadDescriptor() {
        plug(18, 64, PAGE);
        b.port.call(FLUSHRX, MemorySegment.NULL);
        b.descriptors();
        firstPiece(0, 0x66, 2048);
        firstPiece(1, PieceGuest.BASE, 0);
        firstPiece(2, PieceGuest.BASE + PieceGuest.BYTES - 1, 2048);
        for (long[] offer : new long[][] {{0, 320}, {PieceGuest.SLOT, 320}, {2 * PieceGuest.SLOT, 320}, {3 * PieceGuest.SLOT, 47},
            {PieceGuest.COUNT * PieceGuest.SLOT - 319, 320}, {-1, 48}, {PieceGuest.BASE, 320}, {3 * PieceGuest.SLOT, 320}}) {
            b.rx.offer(offer[0], (int) offer[1], 3);
        }
        b.rx.publish();
        for (int i = 0; i < 8; i++) {
            send(100 + i);
        }

        lane.run();

        assertNull(b.session.failure);
        assertEquals(7, b.counter(lan, "badReceiveDescriptor"));
        int n = b.rx.reap(b.cookies, b.lengths);
        assertEquals(8, n);
        assertEquals(0, b.lengths[6]);
        assertArrayEquals(frame(b.mac, a.mac, "plain", 107), b.frame(b.rxSlots + 3 * PieceGuest.SLOT));
    }

    private void firstPiece(int slot, long address, int length) {
        piece(b.memory, b.rxSlots + slot * PieceGuest.SLOT, 0, length, address);
    }

    @Test
    void shouldBreakOnlyTheGuestWhosePageRingIsBroken() {
        plug(18, 0, PAGE);
        b.pages.offer(0x66, PAGE, 0);
        b.pages.publish();
        send(9000);
        lane.run();

        assertNotNull(b.session.failure);
        assertNull(a.session.failure);
        assertEquals(1, a.reclaimed());
    }

    @Test
    void shouldGoOnAfterAnUpdate() {
        plug(18, 64, PAGE);
        send(3000);
        lane.run();
        assertEquals(1, b.descriptors().size());
        LearningSwitch young = new LearningSwitch(16, 300, 9000, () -> 0);
        a.send(frame(b.mac, a.mac, "over the update", 5000), 1000, 7);

        a.park();
        b.park();
        a.resume(young);
        b.resume(young);
        lane.run();

        assertTrue(young.ports().stream().allMatch(PortView::up));
        assertEquals("over the update", Frames.text(b.frame(b.descriptors().getFirst()), 0));
        a.sendLarge(Frames.tcp(b.mac, a.mac, 30_000), 4096, 1448, 1);
        lane.run();
        assertEquals(30_054, b.frame(b.descriptors().getFirst()).length, "as negotiated before");
    }
}
