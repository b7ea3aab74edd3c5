// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static vbus.venet.Frames.frame;
import static vbus.venet.Refusals.assertRefused;
import static vbus.venet.protocol.PacketDescriptor.*;
import static vbus.venet.protocol.VirtualEthernet.*;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import vbus.api.Status;
import vbus.shm.Direction;
import vbus.shm.Ioq;
import vbus.shm.IoqRing;

/// What the original's host did wrong, one test for each: ours does it right. @spec AlacrityVM: device.c of the venet host
class OriginalDefectsTest {

    private static final int TEXT = 60;

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);
    private final PieceGuest a = new PieceGuest(1, lane);
    private final PieceGuest b = new PieceGuest(2, lane);

    private void plug() {
        a.open(lan);
        a.negotiate(GROUP_SG, -1);
        a.negotiate(GROUP_EVENTQ, CAP_TXC);
        a.events(32);
        a.lendEvents(32);
        a.transmit(true).flatReceive().up();
        b.open(lan);
        b.negotiate(GROUP_L4RO, -1);
        b.transmit(false).pagedReceive(18, 8, PieceGuest.PAGE).up();
    }

    private byte[] text(String text) {
        return frame(b.mac, a.mac, text, TEXT);
    }

    private String heard() {
        return Frames.text(b.frame(b.descriptors().getLast()), 0);
    }

    /// 1: LINKUP asserted that EVENTQ was negotiated.
    @Test
    void shouldRaiseTheLinkOfAGuestWithoutEvents() {
        a.open(lan).transmit(false).flatReceive().up();

        assertEquals(true, lan.ports().getFirst().up());
        assertNull(a.session.failure);
    }

    /// 2: an event was asserted to find a slot.
    @Test
    void shouldHoldTheEventsOfAGuestThatLendsNoSlots() {
        plug();
        for (int i = 0; i < 32 + 5; i++) {
            a.send(text("frame"), TEXT, i);
            lane.run();
            a.reclaimed();
        }
        assertEquals(32, a.told(true).size());
        lane.run();

        assertEquals(List.of("0:32", "0:33", "0:34", "0:35", "0:36"), a.told(true));
        assertNull(a.session.failure);
    }

    /// 3: a bad address freed the packet twice. Here it completes once, and is told of once.
    @Test
    void shouldCompleteAPacketWithABadAddressOnce() {
        plug();
        int slot = a.describe(text("bad"), 30, 5);
        piece(a.memory, slot, 1, 30, 0x66);
        a.offer(slot, piece(2));
        a.send(text("good"), TEXT, 6);
        lane.run();

        assertEquals("good", heard());
        assertEquals(2, a.reclaimed());
        assertEquals(0, a.reclaimed());
        assertEquals(List.of("0:5", "0:6"), a.told(true));
    }

    /// 4: headers as long as the packet, or longer, wrote before an array.
    @Test
    void shouldCheckTheLengthOfTheHeaders() {
        plug();
        byte[] packet = Frames.tcp(b.mac, a.mac, 100);
        for (int headers : new int[] {packet.length, packet.length + 1, 0xffff}) {
            int slot = a.describe(packet, 4096, headers);
            head(a.memory, slot, NEEDS_CSUM | GSO, packet.length, 1);
            offload(a.memory, slot, 34, 16, TCP4, headers, 1000);
            a.offer(slot, piece(1));
        }
        lane.run();

        assertEquals(2, a.counter(lan, "badHeaderLength"));
        assertArrayEquals(packet, b.frame(b.descriptors().getFirst())); // a hint that is only useless
        assertEquals(3, a.reclaimed());
    }

    /// 4, too: a piece longer than a page was cut off.
    @Test
    void shouldCarryPiecesThatAreLongerThanAPage() {
        plug();
        byte[] packet = Frames.tcp(b.mac, a.mac, 30_000);
        a.sendLarge(packet, 30_054, 1448, 1);
        lane.run();

        assertArrayEquals(packet, b.frame(b.descriptors().getFirst()));
    }

    /// 5: offsets of headers were used unchecked. Here no descriptor has any, and the checksum's are within the packet.
    @Test
    void shouldCheckTheOffsetsOfAChecksum() {
        plug();
        for (int[] at : new int[][] {{0xffff, 0xffff}, {TEXT, 0}, {34, TEXT - 35}, {0, 16}}) {
            int slot = a.describe(text("bad"), TEXT, 1);
            head(a.memory, slot, NEEDS_CSUM, TEXT, 1);
            offload(a.memory, slot, at[0], at[1], 0, 0, 0);
            a.offer(slot, piece(1));
        }
        lane.run();

        assertEquals(4, a.counter(lan, "badChecksumStart"));
        assertEquals(4, a.reclaimed());
    }

    /// 6: the sum of lengths wrapped 32 bits.
    @Test
    void shouldSumLengthsWithoutWrapping() {
        plug();
        int slot = a.describe(text("bad"), 30, 1);
        a.memory.set(ValueLayout.JAVA_INT_UNALIGNED, slot + piece(0), Integer.MIN_VALUE);
        a.memory.set(ValueLayout.JAVA_INT_UNALIGNED, slot + piece(1), Integer.MIN_VALUE + TEXT);
        a.offer(slot, piece(2));
        lane.run();

        assertEquals(1, a.counter(lan, "badDescriptor"));
        assertEquals(1, a.reclaimed());
    }

    /// 7: tiny pages had the host write past the pool; and the descriptor was used where the guest can change it.
    @Test
    void shouldBoundThePagesOfAFrameAndBelieveNoCountInThePool() {
        a.open(lan);
        a.negotiate(GROUP_SG, -1);
        a.transmit(true).flatReceive().up();
        b.open(lan);
        b.negotiate(GROUP_L4RO, -1);
        b.transmit(false).pagedReceive(18, 500, 1).up();
        head(b.memory, b.rxSlots, -1, -1, 0x7fff_ffff);
        byte[] before = b.memory.asSlice(b.rxSlots + SLOTS, 64).toArray(ValueLayout.JAVA_BYTE);
        byte[] packet = Frames.tcp(b.mac, a.mac, 4000);
        a.sendLarge(packet, 4096, 1448, 1);
        lane.run();

        assertEquals(List.of(), b.descriptors());
        assertEquals(1, b.counter(lan, "tooSmall"));
        assertArrayEquals(before, b.memory.asSlice(b.rxSlots + SLOTS, 64).toArray(ValueLayout.JAVA_BYTE));
        assertEquals(0, b.pages.reap(new long[500], new int[500]), "the guest's pages are as before");
    }

    private static final int SLOTS = PieceGuest.COUNT * PieceGuest.SLOT;

    /// 8: who had no pages hung the host.
    @Test
    void shouldNotWaitForPages() {
        plug();
        byte[] packet = Frames.tcp(b.mac, a.mac, 60_000);
        a.sendLarge(packet, 4096, 1448, 1);
        a.send(text("good"), TEXT, 2);
        lane.run();

        assertEquals("good", heard());
        assertEquals(1, b.counter(lan, "noBuffer"));
        b.port.call(LINKDOWN, MemorySegment.NULL);
    }

    /// 9: capabilities could only be added, and outlived the connection.
    @Test
    void shouldReplaceCapabilitiesAndForgetThemWithTheConnection() {
        plug();
        b.port.call(LINKDOWN, MemorySegment.NULL);
        assertEquals(CAP_SG, b.negotiate(GROUP_L4RO, CAP_SG));
        b.up();
        a.sendLarge(Frames.tcp(b.mac, a.mac, 3000), 4096, 1000, 1);
        lane.run();
        assertEquals(3, b.descriptors().size(), "cut, as segmentation is no longer negotiated");

        b.port.close();
        PieceGuest next = new PieceGuest(2, lane).open(lan);
        assertRefused(Status.INVALID, () -> next.pool(RX_POOL, next.allocate(10240), 10240));
    }

    /// 10: a new connection could begin in the old one's place before it was released.
    @Test
    void shouldKeepConnectionsApart() {
        plug();
        PieceGuest again = new PieceGuest(1, lane).open(lan);
        again.transmit(false).flatReceive().up();
        a.port.close();
        again.send(frame(b.mac, a.mac, "flat", TEXT), TEXT, 0); // its descriptor is a frame of its own: no SG here
        lane.run();

        assertEquals(2, lan.ports().size());
        assertEquals(true, lan.ports().stream().filter(p -> p.guest().equals("guest1")).findFirst().orElseThrow().up());
        assertEquals(1, again.counter(lan, "framesIn"));
    }

    /// 11: a ring that could not be attached leaked memory. Here nothing is kept of it, and a good one may follow.
    @Test
    void shouldForgetARingThatCanNotBeAttached() {
        a.open(lan);
        MemorySegment bad = a.memory.asSlice(a.allocate((int) Ioq.byteSize(8)), Ioq.byteSize(8));
        for (int i = 0; i < 3; i++) {
            assertThrows(IllegalArgumentException.class, () -> a.port.shm(new FakeShm(TX, d -> new IoqRing(bad, d, a.guestMemory, () -> { }))));
        }
        a.ring(TX, 8, Direction.TO_DEVICE);
        a.flatReceive().up();
    }

    /// 12: memory could be registered while the link was up.
    @Test
    void shouldRefuseRegistrationsWhileTheLinkIsUp() {
        plug();
        a.port.call(LINKDOWN, MemorySegment.NULL);
        a.negotiate(GROUP_L4RO, -1);
        a.negotiate(GROUP_L4RO, 0);
        a.up();

        assertRefused(Status.INVALID, () -> a.pool(RX_POOL, a.allocate(10240), 10240));
        assertRefused(Status.INVALID, () -> a.ring(PAGE_RING, 8, Direction.FROM_DEVICE));
        assertRefused(Status.INVALID, () -> b.pool(TX_POOL, b.allocate(10240), 10240));
    }
}
