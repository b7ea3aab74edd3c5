// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import vbus.api.connector.Bus;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.Guest;
import vbus.api.connector.SessionEvents;
import vbus.shm.Backing;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.GuestMemory;
import vbus.shm.Ioq;
import vbus.shm.IoqDriver;
import vbus.shm.Region;
import vbus.shm.Side;
import vbus.shm.Signal;

/// A guest with memory that the garbage collector frees: what a lane does too late is seen as an error, and is none.
final class TestGuest implements DeviceEvents {

    private static final long BASE = 0x1_0000;
    private static final ValueLayout.OfLong BIG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    final List<String> heard = new CopyOnWriteArrayList<>();
    final List<Offer> offers = new CopyOnWriteArrayList<>();
    final Guest guest;
    private final Arena arena = Arena.ofAuto();
    private final GuestMemory memory = new GuestMemory();
    private final MemorySegment buffers = arena.allocate(4096, 8);

    TestGuest(Bus bus, String name) {
        memory.add(new Region(BASE, buffers));
        guest = bus.attach(name, memory, this);
    }

    /// Has it memory of which a test says whether it is there.
    void backed(Backing backing) {
        memory.add(new Region(4 * BASE, arena.allocate(64, 8), backing));
    }

    @Override
    public void added(Offer offer) {
        offers.add(offer);
        heard.add("+" + offer.id());
    }

    @Override
    public void dropped(Offer offer) {
        offers.remove(offer);
        heard.add("-" + offer.id());
    }

    /// Opens version 1 of the last interface that came.
    Opened open() {
        return open(offers.getLast().id(), 1);
    }

    Opened open(int id, int version) {
        Events events = new Events();
        return new Opened(guest.open(id, version, events), events);
    }

    /// A session as the guest has it.
    final class Opened {
        final Channel channel;
        final Events events;

        Opened(Channel channel, Events events) {
            this.channel = channel;
            this.events = events;
        }

        int call(int function, int bytes) {
            return channel.call(function, MemorySegment.ofArray(new byte[bytes]));
        }

        Channel.Registration pool(int id) {
            return channel.shm(id, arena.allocate(64, 8), Channel.NO_SIGNAL, 0, Doorbell.NONE);
        }

        Sender ring(int id, int priority) {
            return new Sender(channel, id, priority);
        }
    }

    static final class Events implements SessionEvents {
        final List<String> heard = new CopyOnWriteArrayList<>();

        @Override
        public void event(int kind, byte[] data) {
            heard.add("event " + kind + " " + data.length);
        }

        @Override
        public void configChanged() {
            heard.add("config");
        }

        @Override
        public void broken(String reason) {
            heard.add("broken " + reason);
        }

        @Override
        public void closed() {
            heard.add("closed");
        }
    }

    /// A transmit ring that sends 0, 1, 2, ...
    final class Sender {
        final Channel.Registration registration;
        final MemorySegment memory = arena.allocate(Ioq.byteSize(16), 8);
        private final IoqDriver ring;
        private final long[] cookies = new long[16];
        private final int[] lengths = new int[16];
        private volatile Channel.Registration kicks;
        private long sent;

        Sender(Channel channel, int id, int priority) {
            Ioq.format(memory, 16);
            Signal signal = new Signal(Ioq.signal(memory), Side.NORTH, () -> {
                if (kicks != null) {
                    kicks.kick();
                }
            });
            ring = new IoqDriver(memory, Direction.TO_DEVICE, signal);
            registration = channel.shm(id, memory, 8, priority, Doorbell.NONE);
            kicks = registration;
        }

        /// Sends the next number; false when the ring is full.
        boolean send() {
            ring.reap(cookies, lengths);
            long at = sent % 16 * 8;
            if (ring.free() == 0) {
                return false;
            }
            buffers.set(BIG, at, sent);
            ring.offer(BASE + at, 8, sent++);
            ring.publish();
            return true;
        }

        void send(int numbers) {
            for (int i = 0; i < numbers; i++) {
                Await.that("room in the ring", this::send);
            }
        }

        /// Sends what points outside of the guest's memory.
        void attack() {
            ring.offer(0, 8, 0);
            ring.publish();
        }
    }
}
