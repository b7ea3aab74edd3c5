// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static vbus.venet.protocol.VirtualEthernet.*;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import vbus.api.Connection;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.GuestMemory;
import vbus.shm.Ioq;
import vbus.shm.IoqDriver;
import vbus.shm.IoqRing;
import vbus.shm.Region;
import vbus.shm.Side;
import vbus.shm.Signal;
import vbus.venet.protocol.EventLayout;
import vbus.venet.protocol.PacketDescriptor;
import vbus.venet.protocol.QueryLayout;

/// A guest that speaks the whole of `virtual-ethernet`, in memory that begins at [#BASE]; every test says what it does with it.
final class PieceGuest {

    static final long BASE = 0x10_0000;
    static final int BYTES = 8 << 20;
    static final int COUNT = 32;
    static final int SLOT = PacketDescriptor.MAX_BYTES;
    static final int PAGE = 4096;
    static final int SMALL = 2048;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    final FakeSession session;
    final FakeLane lane;
    final GuestMemory guestMemory = new GuestMemory();
    final MemorySegment memory;
    final long mac;
    final List<FakeShm> shms = new ArrayList<>();
    Connection port;
    IoqDriver tx;
    IoqDriver rx;
    IoqDriver events;
    IoqDriver pages;
    private IoqDriver driver; // of the last ring
    int txSlots; // where descriptors are, in memory
    boolean txPooled;
    int rxSlots;
    int eventSlots;
    int eventRingAt;
    int doorbells;
    private int free;
    private int nextTx;
    final long[] cookies = new long[2048];
    final int[] lengths = new int[2048];

    PieceGuest(int number, FakeLane lane) {
        this(number, lane, Arena.ofAuto().allocate(BYTES, 4096));
    }

    /// A guest in memory that another had before.
    PieceGuest(int number, FakeLane lane, MemorySegment memory) {
        this.memory = memory;
        this.lane = lane;
        mac = Frames.mac(number);
        guestMemory.add(new Region(BASE, memory));
        session = new FakeSession("guest" + number, lane, guestMemory);
    }

    PieceGuest open(LearningSwitch lan) {
        port = lan.link("lab").stream().filter(i -> i.type().equals(TYPE)).findFirst().orElseThrow().opener().open(session);
        return this;
    }

    /// Bits that are granted.
    int negotiate(int group, int bits) {
        final MemorySegment data = MemorySegment.ofArray(new byte[NEGCAP_BYTES]);
        data.set(INT, NEGCAP_GROUP_AT, group);
        data.set(INT, NEGCAP_BITS_AT, bits);
        port.call(NEGCAP, data);
        return data.get(INT, NEGCAP_BITS_AT);
    }

    MemorySegment query(int function, int bytes, int second) {
        final MemorySegment data = MemorySegment.ofArray(new byte[bytes]);
        data.set(INT, QueryLayout.PAIRS_AT, second);
        port.call(function, data);
        return data;
    }

    int allocate(int bytes) {
        final int at = free;
        free += bytes + 63 & -64;
        return at;
    }

    FakeShm pool(int id, int at, int bytes) {
        return register(new FakeShm(id, memory.asSlice(at, bytes)));
    }

    FakeShm register(FakeShm shm) {
        port.shm(shm);
        shms.add(shm);
        return shm;
    }

    IoqDriver ring(int id, int count, Direction direction) {
        register(ringShm(id, count, direction));
        return driver;
    }

    /// A ring, not registered; its driver is `driver`.
    FakeShm ringShm(int id, int count, Direction direction) {
        final MemorySegment ring = memory.asSlice(allocate((int) Ioq.byteSize(count)), Ioq.byteSize(count));
        Ioq.format(ring, count);
        driver = new IoqDriver(ring, direction, new Signal(Ioq.signal(ring), Side.NORTH, Doorbell.NONE));
        return new FakeShm(id, (d, pool) -> new IoqRing(ring, d, pool == null ? guestMemory : pool, () -> doorbells++, pool != null));
    }

    /// The pool of events and their ring, all slots lent.
    PieceGuest events(int count) {
        eventSlots = allocate(count * EventLayout.SLOT_BYTES);
        pool(EVENT_POOL, eventSlots, count * EventLayout.SLOT_BYTES);
        eventRingAt = free;
        events = ring(EVENT_RING, count, Direction.FROM_DEVICE);
        return this;
    }

    void lendEvents(int count) {
        for (int i = 0; i < count; i++) {
            events.offer((long) i * EventLayout.SLOT_BYTES, EventLayout.SLOT_BYTES, i);
        }
        events.publish();
    }

    /// Events that came, as text; their slots are lent again, if asked for.
    List<String> told(boolean again) {
        final List<String> all = new ArrayList<>();
        final int n = events.reap(cookies, lengths);
        for (int i = 0; i < n; i++) {
            final long at = eventSlots + cookies[i] * EventLayout.SLOT_BYTES;
            all.add(EventLayout.id(memory, at) == EventLayout.LINKSTATE ? EventLayout.isUp(memory, at) ? "up" : "down"
                : EventLayout.queue(memory, at) + ":" + EventLayout.cookie(memory, at));
            if (again) {
                events.offer(cookies[i] * EventLayout.SLOT_BYTES, EventLayout.SLOT_BYTES, cookies[i]);
            }
        }
        events.publish();
        return all;
    }

    /// A transmit ring whose descriptors are in a pool, or in memory.
    PieceGuest transmit(boolean pooled) {
        txSlots = allocate(COUNT * SLOT);
        txPooled = pooled;
        if (pooled) {
            pool(TX_POOL, txSlots, COUNT * SLOT);
        }
        tx = ring(TX, COUNT, Direction.TO_DEVICE);
        return this;
    }

    PieceGuest flatReceive() {
        final int buffers = allocate(COUNT * SMALL);
        rx = ring(RX, COUNT, Direction.FROM_DEVICE);
        for (int i = 0; i < COUNT; i++) {
            rx.offer(BASE + buffers + (long) i * SMALL, SMALL, buffers + (long) i * SMALL);
        }
        rx.publish();
        return this;
    }

    /// A receive ring with descriptors of `pieces`, and so many pages.
    PieceGuest pagedReceive(int pieces, int pageCount, int pageBytes) {
        rxSlots = allocate(COUNT * SLOT);
        pool(RX_POOL, rxSlots, COUNT * SLOT);
        rx = ring(RX, COUNT, Direction.FROM_DEVICE);
        final int buffers = allocate(COUNT * SMALL);
        for (int i = 0; i < COUNT; i++) {
            PacketDescriptor.head(memory, rxSlots + (long) i * SLOT, 0, 0, 1);
            PacketDescriptor.piece(memory, rxSlots + (long) i * SLOT, 0, SMALL, BASE + buffers + (long) i * SMALL);
            rx.offer((long) i * SLOT, PacketDescriptor.piece(pieces), i);
        }
        rx.publish();
        pages = ring(PAGE_RING, 1024, Direction.FROM_DEVICE);
        final int at = allocate(pageCount * pageBytes);
        for (int i = 0; i < pageCount; i++) {
            pages.offer(BASE + at + (long) i * pageBytes, pageBytes, at + (long) i * pageBytes);
        }
        pages.publish();
        return this;
    }

    PieceGuest up() {
        port.call(LINKUP, MemorySegment.NULL);
        return this;
    }

    /// A packet that is to be cut, as one that both sides could take whole.
    void sendLarge(byte[] tcp, int pieceBytes, int segment, long cookie) {
        final int slot = describe(tcp, pieceBytes, cookie);
        final int pieces = (tcp.length + pieceBytes - 1) / pieceBytes;
        PacketDescriptor.head(memory, slot, PacketDescriptor.NEEDS_CSUM | PacketDescriptor.GSO, tcp.length, pieces);
        PacketDescriptor.offload(memory, slot, 34, 16, PacketDescriptor.TCP4, 54, segment);
        offer(slot, PacketDescriptor.piece(pieces));
    }

    /// Where the next descriptor is, cleared.
    int slot() {
        final int at = txSlots + nextTx * SLOT;
        nextTx = (nextTx + 1) % COUNT;
        memory.asSlice(at, SLOT).fill((byte) 0);
        return at;
    }

    void offer(int slot, int bytes) {
        if (!tx.offer(txPooled ? slot - txSlots : BASE + slot, bytes, 0)) {
            throw new IllegalStateException("the transmit ring is full");
        }
        tx.publish();
    }

    /// Writes the frame into pieces of `pieceBytes`, and its descriptor; the descriptor's place, not offered yet.
    int describe(byte[] frame, int pieceBytes, long cookie) {
        final int at = slot();
        final int pieces = (frame.length + pieceBytes - 1) / pieceBytes;
        PacketDescriptor.cookie(memory, at, cookie);
        PacketDescriptor.head(memory, at, 0, frame.length, pieces);
        final int mark = free;
        for (int p = 0; p < pieces; p++) {
            final int n = Math.min(pieceBytes, frame.length - p * pieceBytes);
            final int place = allocate(n);
            MemorySegment.copy(frame, p * pieceBytes, memory, ValueLayout.JAVA_BYTE, place, n);
            PacketDescriptor.piece(memory, at, p, n, BASE + place);
        }
        free = free > memory.byteSize() / 2 ? mark : free; // long tests use the place again
        return at;
    }

    void send(byte[] frame, int pieceBytes, long cookie) {
        final int slot = describe(frame, pieceBytes, cookie);
        offer(slot, PacketDescriptor.piece((frame.length + pieceBytes - 1) / pieceBytes));
    }

    int reclaimed() {
        return tx.reap(cookies, lengths);
    }

    /// Frames of a flat receive ring.
    List<byte[]> received() {
        final List<byte[]> all = new ArrayList<>();
        final int n = rx.reap(cookies, lengths);
        for (int i = 0; i < n; i++) {
            all.add(memory.asSlice(cookies[i], lengths[i]).toArray(ValueLayout.JAVA_BYTE));
            rx.offer(BASE + cookies[i], SMALL, cookies[i]);
        }
        rx.publish();
        return all;
    }

    /// The slots of the descriptors that came back on a paged ring; they are not lent again.
    List<Integer> descriptors() {
        final List<Integer> all = new ArrayList<>();
        final int n = rx.reap(cookies, lengths);
        for (int i = 0; i < n; i++) {
            all.add(rxSlots + (int) cookies[i] * SLOT);
        }
        return all;
    }

    /// The frame of a descriptor: its first piece by its address, the others by the cookies of their pages.
    byte[] frame(int slot) {
        final int total = (int) PacketDescriptor.u32(memory, slot + PacketDescriptor.TOTAL_AT);
        final int pieces = (int) PacketDescriptor.u32(memory, slot + PacketDescriptor.PIECES_AT);
        final byte[] frame = new byte[total];
        int at = 0;
        for (int p = 0; p < pieces; p++) {
            final long piece = slot + PacketDescriptor.piece(p);
            final int n = (int) PacketDescriptor.u32(memory, piece);
            final long place = PacketDescriptor.u64(memory, piece + 8) - (p == 0 ? BASE : 0);
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, place, frame, at, n);
            at += n;
        }
        if (at != total) {
            throw new IllegalStateException("pieces of %d bytes, a total of %d".formatted(at, total));
        }
        return frame;
    }

    void park() {
        session.snapshot = port.park();
        lane.end(session);
    }

    void resume(LearningSwitch lan) {
        open(lan);
        shms.forEach(port::shm);
        session.snapshot = null;
    }

    long counter(LearningSwitch lan, String name) {
        return lan.ports().stream().filter(p -> p.guest().equals(session.guest())).findFirst().orElseThrow().counters().get(name);
    }
}
