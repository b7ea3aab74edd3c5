// SPDX-License-Identifier: Apache-2.0
package vbus.bench.priority;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import vbus.api.connector.Bus;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.SessionEvents;
import vbus.bench.ring.QueueKind;
import vbus.bench.ring.RingSides;
import vbus.bench.ring.SharedRing;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.DriverRing;
import vbus.shm.GuestMemory;
import vbus.shm.Ioq;
import vbus.shm.Region;
import vbus.venet.protocol.VirtualEthernet;

/// A guest of the bus that speaks `virtual-ethernet`, polls, and sends one kind of frame. Its signals' priority is its class.
///
/// ```
///   memory:  [ receive ring | transmit ring | receive buffers | transmit buffers ]
///   frame:   0 to   6 from   12 tag   16 type   24 when it was sent, in ns, 0 for class 0
/// ```
/// Threads: one.
final class BusStation implements DeviceEvents {

    static final int SIZE = 256;
    static final int FRAME_BYTES = 64;
    /// Where a frame says when it was sent.
    static final int SENT_AT = 24;

    private static final int BUFFER = 1600;
    private static final long IOQ_SIGNAL_AT = 8;
    private static final long TAGGED = 0x8100L;
    private static final int CLASS_BIT = 13;
    private static final long RING_BYTES = RingSides.byteSize(SIZE);
    private static final long RX_AT = 2 * RING_BYTES;
    private static final long TX_AT = RX_AT + (long) SIZE * BUFFER;

    private final MemorySegment memory = Arena.global().allocate(TX_AT + (long) SIZE * BUFFER, 4096);
    private final DriverRing receive;
    private final DriverRing transmit;
    private final long[] cookies = new long[SIZE];
    private final int[] lengths = new int[SIZE];
    private Channel.Registration kicked;
    private Offer offer;
    private int slot;

    /// Attaches, opens the switch and raises the link.
    BusStation(Bus bus, String name, long mac, long to, int priority) {
        final GuestMemory table = new GuestMemory();
        table.add(new Region(SharedRing.BASE, memory));
        final MemorySegment rx = memory.asSlice(0, RING_BYTES);
        final MemorySegment tx = memory.asSlice(RING_BYTES, RING_BYTES);
        receive = RingSides.driver(QueueKind.IOQ, SIZE, SharedRing.POLLED, Direction.FROM_DEVICE, rx, this::kick);
        transmit = RingSides.driver(QueueKind.IOQ, SIZE, SharedRing.POLLED, Direction.TO_DEVICE, tx, this::kick);
        receive.unwatch();
        transmit.unwatch();
        for (int i = 0; i < SIZE; i++) {
            write(TX_AT + (long) i * BUFFER, mac, to, priority);
            lend(i);
        }
        receive.publish();
        final Channel channel = bus.attach(name, table, this).open(offer.id(), offer.version(), new SessionEvents() { });
        channel.shm(VirtualEthernet.RX, rx.asSlice(0, Ioq.byteSize(SIZE)), (int) IOQ_SIGNAL_AT, priority, Doorbell.NONE);
        kicked = channel.shm(VirtualEthernet.TX, tx.asSlice(0, Ioq.byteSize(SIZE)), (int) IOQ_SIGNAL_AT, priority, Doorbell.NONE);
        channel.call(VirtualEthernet.LINKUP, MemorySegment.NULL);
    }

    private void write(long at, long mac, long to, int priority) {
        memory.set(JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN), at, to << 16 | mac >>> 32);
        memory.set(JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN), at + 6, mac << 16 | TAGGED);
        memory.set(JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN), at + 14, (short) (priority << CLASS_BIT));
        memory.set(JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN), at + 16, (short) 0x88b5);
    }

    private void kick() {
        if (kicked != null) {
            kicked.kick();
        }
    }

    /// Sends up to `most` frames as they lie there; the number of those that the ring had room for.
    int send(int most) {
        reap();
        int n = 0;
        while (n < most && offerNext()) {
            n++;
        }
        transmit.publish();
        return n;
    }

    /// Sends one that says when it was sent; false when the ring is full.
    boolean sendStamped() {
        reap();
        memory.set(JAVA_LONG_UNALIGNED, TX_AT + (long) slot * BUFFER + SENT_AT, System.nanoTime());
        final boolean sent = offerNext();
        transmit.publish();
        return sent;
    }

    private boolean offerNext() {
        if (!transmit.offer(SharedRing.BASE + TX_AT + (long) slot * BUFFER, FRAME_BYTES, slot)) {
            return false;
        }
        slot = slot + 1 & SIZE - 1;
        return true;
    }

    private void reap() {
        if (transmit.reap(SIZE) < 0) {
            throw new IllegalStateException(transmit.fault());
        }
    }

    /// Takes off what came, and tells of each frame when it was sent.
    void receive(Delays delays) {
        final int n = receive.reap(cookies, lengths);
        if (n < 0) {
            throw new IllegalStateException(receive.fault());
        }
        for (int i = 0; i < n; i++) {
            delays.came(memory.get(JAVA_LONG_UNALIGNED, RX_AT + cookies[i] * BUFFER + SENT_AT));
        }
        for (int i = 0; i < n; i++) {
            lend(cookies[i]);
        }
        receive.publish();
    }

    private void lend(long buffer) {
        receive.offer(SharedRing.BASE + RX_AT + buffer * BUFFER, BUFFER, buffer);
    }

    @Override
    public void added(Offer of) {
        if (of.type().equals(VirtualEthernet.TYPE)) {
            offer = of;
        }
    }

    @Override
    public void dropped(Offer of) { }
}
