// SPDX-License-Identifier: Apache-2.0
package vbus.it.cut;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import vbus.api.connector.Bus;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.Guest;
import vbus.api.connector.SessionEvents;
import vbus.shm.Chain;
import vbus.shm.Direction;
import vbus.shm.DriverRing;
import vbus.shm.GuestMemory;
import vbus.shm.IndirectTables;
import vbus.shm.Region;

import vbus.shm.linux.SharedFile;
import vbus.venet.protocol.VirtualEthernet;

/// A guest of the switch whose rings, buffers and tables lie in a memfd, each on pages of its own, in any order.
///
/// A frame is: destination 6, source 6, type 2, number 8, hash 8, and words that follow from the number.
/// Threads: one at a time.
final class Station implements AutoCloseable {

    static final int SIZE = 256;
    private static final int BUFFER = 2048;
    private static final int WORDS = 20;
    static final int FRAME = 14 + 16 + 8 * WORDS;
    private static final int MAX_PIECES = 2;
    private static final long ADDRESS = 0x10_0000;
    private static final long PAGE = 4096;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /// What hears of a frame that arrived.
    interface Ear {
        /// @param sound its hash is right
        void heard(long source, long number, boolean sound);
    }

    final long mac;
    final SharedFile file;
    final long bytes;
    final List<String> broken = new CopyOnWriteArrayList<>();
    private final Wiring wiring;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final GuestMemory guestMemory = new GuestMemory();
    private final Guest guest;
    private final Channel channel;
    private final DriverRing receive;
    private final DriverRing transmit;
    private final long rxBuffers;
    private final long txBuffers;
    private final List<Channel.Registration> registrations = new CopyOnWriteArrayList<>();
    private final Chain chain = new Chain(MAX_PIECES);
    private final long[] cookies = new long[SIZE];
    private final int[] lengths = new int[SIZE];
    private final long[] words = new long[2 + WORDS];
    private int nextTransmit;

    Station(Bus bus, String name, int number, Wiring wiring, boolean sealed, RandomGenerator random) throws IOException {
        this.wiring = wiring;
        mac = 0x0200_0000_0000L + number;
        final long tables = IndirectTables.byteSize(SIZE, MAX_PIECES);
        final long[] sizes = {64 << 10, 64 << 10, tables, tables, (long) SIZE * BUFFER, (long) SIZE * BUFFER};
        final List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5));
        Collections.shuffle(order, java.util.Random.from(random));
        final long[] at = new long[sizes.length];
        long end = 0;
        for (int i : order) {
            at[i] = end;
            end += (sizes[i] + PAGE - 1) / PAGE * PAGE;
        }
        bytes = end;
        file = sealed ? SharedFile.create(name, bytes) : SharedFile.unsealed(name, bytes);
        memory = file.map(bytes, arena);
        guestMemory.add(new Region(ADDRESS, memory, file.backing(bytes)));
        rxBuffers = at[4];
        txBuffers = at[5];
        final MemorySegment rx = memory.asSlice(at[0], sizes[0]);
        final MemorySegment tx = memory.asSlice(at[1], sizes[1]);
        receive = wiring.driver(rx, SIZE, tables(at[2]), Direction.FROM_DEVICE, this::kick);
        transmit = wiring.driver(tx, SIZE, tables(at[3]), Direction.TO_DEVICE, this::kick);
        for (int i = 0; i < SIZE / MAX_PIECES; i++) {
            lend(i);
        }
        receive.publish();
        final DeviceEvents.Offer[] offer = new DeviceEvents.Offer[1];
        guest = bus.attach(name, guestMemory, new DeviceEvents() {
            @Override
            public void added(Offer o) {
                if (o.type().equals(wiring.type)) {
                    offer[0] = o;
                }
            }

            @Override
            public void dropped(Offer o) { }
        });
        channel = guest.open(offer[0].id(), offer[0].version(), new Events());
        registrations.add(wiring.register(channel, VirtualEthernet.RX, rx, SIZE, guestMemory));
        registrations.add(wiring.register(channel, VirtualEthernet.TX, tx, SIZE, guestMemory));
        if (wiring == Wiring.IOQ) {
            channel.call(VirtualEthernet.LINKUP, MemorySegment.NULL);
        }
    }

    private final class Events implements SessionEvents {
        @Override
        public void event(int kind, byte[] data) { }

        @Override
        public void configChanged() { }

        @Override
        public void broken(String reason) {
            broken.add(reason);
        }

        @Override
        public void closed() { }
    }

    private IndirectTables tables(long at) {
        return new IndirectTables(ADDRESS + at, memory.asSlice(at, IndirectTables.byteSize(SIZE, MAX_PIECES)), MAX_PIECES);
    }

    private void kick() {
        registrations.forEach(Channel.Registration::kick);
    }

    private void lend(long buffer) {
        receive.offer(ADDRESS + rxBuffers + buffer * BUFFER, BUFFER, buffer);
    }

    /// Offers a frame, to be shown by `publish`; false when the ring is full.
    boolean send(long to, long number) {
        transmit.reap(cookies, lengths);
        if (transmit.free() < MAX_PIECES) {
            return false;
        }
        final long buffer = txBuffers + (long) nextTransmit * BUFFER;
        final long at = buffer + wiring.headBytes;
        memory.set(LONG, at, to << 16 | mac >>> 32);
        memory.set(LONG, at + 8, mac << 32 | 0x88b5L << 16);
        fill(number);
        for (int i = 0; i < words.length; i++) {
            memory.set(LONG, at + 14 + 8 * i, words[i]);
        }
        final int length = wiring.headBytes + FRAME;
        final boolean offered = wiring.indirect()
            ? transmit.offer(chain.clear().readable(ADDRESS + buffer, 50).readable(ADDRESS + buffer + 50, length - 50), nextTransmit)
            : transmit.offer(ADDRESS + buffer, length, nextTransmit);
        nextTransmit = (nextTransmit + 1) % SIZE;
        return offered;
    }

    void publish() {
        transmit.publish();
    }

    private void fill(long number) {
        words[0] = number;
        long hash = mac;
        for (int i = 2; i < words.length; i++) {
            words[i] = number * 0x9e37_79b9_7f4a_7c15L + i;
            hash = (hash ^ words[i]) * 0x100_0000_01b3L;
        }
        words[1] = hash ^ number;
    }

    /// Hears all frames that came, and lends their buffers again; their number.
    int hear(Ear ear) {
        final int n = receive.reap(cookies, lengths);
        for (int i = 0; i < n; i++) {
            final long at = rxBuffers + cookies[i] * BUFFER + wiring.headBytes;
            final long source = memory.get(LONG, at + 6) >>> 16;
            final long number = memory.get(LONG, at + 14);
            long hash = source;
            boolean sound = lengths[i] == wiring.headBytes + FRAME;
            for (int w = 2; w < words.length; w++) {
                final long word = memory.get(LONG, at + 14 + 8 * w);
                sound &= word == number * 0x9e37_79b9_7f4a_7c15L + w;
                hash = (hash ^ word) * 0x100_0000_01b3L;
            }
            ear.heard(source, number, sound && (hash ^ number) == memory.get(LONG, at + 22));
            lend(cookies[i]);
        }
        if (n > 0) {
            receive.publish();
        }
        return n < 0 ? fail() : n;
    }

    private int fail() {
        throw new IllegalStateException(receive.fault());
    }

    /// A request that reaches the device while the guest's rings are in use.
    void flush() {
        channel.call(VirtualEthernet.FLUSHRX, MemorySegment.NULL);
    }

    boolean hasFlush() {
        return wiring == Wiring.IOQ;
    }

    @Override
    public void close() {
        channel.close();
        guest.close();
        guestMemory.clear();
        arena.close();
        file.close();
    }
}
