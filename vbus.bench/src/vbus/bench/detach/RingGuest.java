// SPDX-License-Identifier: Apache-2.0
package vbus.bench.detach;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import vbus.api.connector.Bus;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.Guest;
import vbus.api.connector.SessionEvents;
import vbus.bench.ring.QueueKind;
import vbus.bench.ring.SharedRing;
import vbus.shm.Doorbell;
import vbus.shm.DriverRing;
import vbus.shm.GuestMemory;
import vbus.shm.Region;
import vbus.shm.Ring;
import vbus.shm.linux.SharedFile;

/// A guest with memory of its own in a memfd, and a ring to the drain.
///
/// Threads: one, but for the ring's device side.
final class RingGuest implements AutoCloseable, DeviceEvents {

    static final int SIZE = 256;

    private static final int BURST = 32;

    private final Arena arena = Arena.ofShared();
    private final Guest guest;
    private final Channel channel;
    private final Channel.Registration registration;
    private final DriverRing driver;
    private final long[] cookies = new long[BURST];
    private final int[] lengths = new int[BURST];
    private int id;

    RingGuest(Bus bus, String name) throws IOException {
        final MemorySegment memory;
        try (SharedFile file = SharedFile.create(name, SharedRing.byteSize(SIZE))) {
            memory = file.map(SharedRing.byteSize(SIZE), arena);
        }
        final GuestMemory table = new GuestMemory();
        table.add(new Region(SharedRing.BASE, memory));
        guest = bus.attach(name, table, this);
        channel = guest.open(id, DrainDevice.VERSION, new SessionEvents() { });
        driver = SharedRing.driver(QueueKind.SPLIT, SIZE, SharedRing.POLLED, memory, this::kick);
        final Ring ring = SharedRing.device(QueueKind.SPLIT, SIZE, SharedRing.POLLED, memory, Doorbell.NONE);
        registration = channel.queue(0, ring, Channel.NO_FD);
    }

    private void kick() {
        if (registration != null) {
            registration.kick();
        }
    }

    /// Sends up to `most` messages and takes back what was read; the number of the latter.
    int send(int most) {
        int n = 0;
        while (n < most && driver.offer(SharedRing.address(SIZE) + (n & SIZE - 1) * 64L, SharedRing.MESSAGE_BYTES, n)) {
            n++;
        }
        driver.publish();
        return driver.reap(cookies, lengths);
    }

    /// Leaves the bus. The result is the time that closing the arena took, in nanoseconds.
    long leave() {
        guest.close();
        final long before = System.nanoTime();
        arena.close();
        return System.nanoTime() - before;
    }

    @Override
    public void close() {
        leave();
    }

    @Override
    public void added(Offer offer) {
        id = offer.id();
    }

    @Override
    public void dropped(Offer offer) { }
}
