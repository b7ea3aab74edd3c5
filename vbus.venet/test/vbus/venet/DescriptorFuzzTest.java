// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.venet.protocol.VirtualEthernet.*;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import vbus.venet.protocol.PacketDescriptor;

/// A guest writes what it likes into its descriptors, of transmit and of receive, and offers them at what offset and length it likes:
/// it alone loses packets, each of its descriptors comes back and is told of, and the others hear each other as before.
///
/// ```
///   steps: verb u8, slot u8, number of bytes u8, at u8, bytes | offset u16, length u16
/// ```
class DescriptorFuzzTest {

    private static final int MAX_STEPS = 40;
    private static final int PIECE = 64;
    private static final MemorySegment[] MEMORY = {Arena.ofAuto().allocate(1 << 20, 4096), Arena.ofAuto().allocate(1 << 20, 4096)};
    private static final MemorySegment FLAT = Station.allocate();

    private byte[] input;
    private int at;
    private FakeLane lane;
    private PieceGuest guest;
    private PieceGuest large;
    private Station flat;
    private int offered;

    /// The same with bytes of chance, each run others.
    @Test
    void shouldKeepTheHarmToTheGuestItselfWhateverChanceWrites() {
        final long seed = Seed.of("DescriptorFuzzTest");
        final var random = new java.util.Random(seed);
        for (int i = 0; i < 200; i++) {
            final byte[] bytes = new byte[random.nextInt(2000)];
            random.nextBytes(bytes);
            shouldKeepTheHarmToTheGuestItself(bytes);
        }
    }

    @FuzzTest
    void shouldKeepTheHarmToTheGuestItself(byte[] bytes) {
        input = bytes;
        at = 0;
        offered = 0;
        lane = new FakeLane();
        final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);
        guest = plug(new PieceGuest(1, lane, MEMORY[0]), lan);
        large = plug(new PieceGuest(2, lane, MEMORY[1]), lan);
        flat = new Station(Abi.VENET, 3, lane, FLAT).plug(lan);
        guest.told(true);
        for (int step = 0; step < MAX_STEPS && at < input.length; step++) {
            step(next());
        }
        look();
        assertNull(guest.session.failure); // nothing that it wrote is a rule of the ring
        assertEquals(0, offered, "descriptors that did not come back");
        flat.send(Frames.frame(large.mac, flat.mac, "there"));
        lane.run();
        assertEquals("there", Frames.text(large.frame(large.descriptors().getLast()), 0));
        large.sendLarge(Frames.tcp(flat.mac, large.mac, 3000), 4096, 1000, 1);
        lane.run();
        assertEquals(List.of(1054, 1054, 1054), flat.received().stream().map(f -> f.length).toList());
        assertNull(large.session.failure);
        assertNull(flat.session.failure);
    }

    private PieceGuest plug(PieceGuest who, LearningSwitch lan) {
        who.open(lan);
        who.negotiate(GROUP_SG, -1);
        who.negotiate(GROUP_EVENTQ, -1);
        who.negotiate(GROUP_L4RO, -1);
        who.events(64);
        who.lendEvents(64);
        return who.transmit(true).pagedReceive(18, 32, PieceGuest.PAGE).up();
    }

    private int next() {
        return at < input.length ? input[at++] & 0xff : 0;
    }

    private int next16() {
        return next() | next() << 8;
    }

    private void step(int verb) {
        switch (verb % 5) {
            case 0 -> describe(verb / 5);
            case 1 -> poke(guest.txSlots);
            case 2 -> poke(guest.rxSlots);
            case 3 -> offer(next16() - 128, next() + (next() & 1) * 256);
            default -> {
                flat.send(Frames.frame(guest.mac, flat.mac, "to the guest", 14 + next16() % 1500));
                look();
            }
        }
    }

    /// A good descriptor, of which the next steps may change something.
    private void describe(int to) {
        final long mac = new long[] {flat.mac, large.mac, Frames.BROADCAST, guest.mac}[to & 3];
        final byte[] packet = Frames.tcp(mac, guest.mac, next() * 4 % 1000);
        final int slot = guest.describe(packet, PIECE, to);
        if ((to & 4) != 0) {
            PacketDescriptor.head(guest.memory, slot, PacketDescriptor.NEEDS_CSUM | PacketDescriptor.GSO, packet.length,
                (packet.length + PIECE - 1) / PIECE);
            PacketDescriptor.offload(guest.memory, slot, 34, 16, next() % 4, 54, next16());
        }
        poke(slot);
        offer(slot - guest.txSlots, PacketDescriptor.piece(next() % 20));
    }

    private void poke(int base) {
        final int where = next() % PieceGuest.SLOT;
        for (int n = next() % 9; n > 0; n--) {
            guest.memory.set(ValueLayout.JAVA_BYTE, base + (where + n) % PieceGuest.SLOT, (byte) next());
        }
    }

    private void offer(int offset, int length) {
        if (guest.tx.free() == 0) {
            look();
        }
        assertTrue(guest.tx.offer(offset, length, 0));
        guest.tx.publish();
        offered++;
    }

    private void look() {
        lane.run();
        final int came = guest.reclaimed();
        assertTrue(guest.told(true).size() <= came, "no packet is told of twice");
        offered -= came;
        for (int slot : guest.descriptors()) {
            guest.rx.offer(slot - guest.rxSlots, PieceGuest.SLOT, (slot - guest.rxSlots) / PieceGuest.SLOT);
        }
        guest.rx.publish();
        large.descriptors().forEach(slot -> large.rx.offer(slot - large.rxSlots, PieceGuest.SLOT, (slot - large.rxSlots) / PieceGuest.SLOT));
        large.rx.publish();
        flat.reclaimed();
        flat.received();
    }
}
