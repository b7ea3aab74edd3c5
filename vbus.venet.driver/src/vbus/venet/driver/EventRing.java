// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import static vbus.venet.protocol.VirtualEthernet.EVQQUERY;

import java.lang.foreign.MemorySegment;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.driver.Block;
import vbus.api.driver.DeviceProxy;
import vbus.shm.Direction;
import vbus.shm.DriverRing;
import vbus.venet.protocol.EventLayout;
import vbus.venet.protocol.QueryLayout;

/// What the device tells: the link's state. Slots are lent again as soon as they are read.
///
/// Threads: one lock for each look.
final class EventRing {

    private static final int SLOTS = 16;
    private static final int POOL_AT = 8;
    private static final int RING_AT = 12;

    /// Hears of the link.
    interface Listener {
        void link(boolean up);
    }

    private final Listener listener;
    private final Block slots;
    private final DriverRing ring;
    private final long[] cookies = new long[SLOTS];
    private final int[] lengths = new int[SLOTS];

    /// Registers the pool and the ring, and lends all slots.
    EventRing(DeviceProxy device, int priority, Listener listener) {
        this.listener = listener;
        final MemorySegment query = MemorySegment.ofArray(new byte[QueryLayout.BYTES]);
        device.call(EVQQUERY, query);
        final int bytes = QueryLayout.get(query, QueryLayout.PAIRS_AT);
        if (bytes != EventLayout.SLOT_BYTES) {
            throw new VbusException(Status.INVALID, "events of %d bytes: want %d".formatted(bytes, EventLayout.SLOT_BYTES));
        }
        slots = device.allocate(SLOTS * EventLayout.SLOT_BYTES);
        device.shm(QueryLayout.get(query, POOL_AT), slots);
        ring = device.ring(QueryLayout.get(query, RING_AT), SLOTS, Direction.FROM_DEVICE, priority, this::signalled);
        for (int slot = 0; slot < SLOTS; slot++) {
            lend(slot);
        }
        ring.publish();
        ring.watch();
    }

    private void lend(long slot) {
        ring.offer(slot * EventLayout.SLOT_BYTES, EventLayout.SLOT_BYTES, slot);
    }

    private void signalled() {
        do {
            look();
        } while (ring.fault() == null && ring.watch());
    }

    /// Reads the events that are there.
    synchronized void look() {
        for (int n = ring.reap(cookies, lengths); n > 0; n = ring.reap(cookies, lengths)) {
            for (int i = 0; i < n; i++) {
                read((int) cookies[i], lengths[i]);
                lend(cookies[i]);
            }
            ring.publish();
        }
    }

    /// One that is too short, or of an id that is not known, is for a newer driver.
    private void read(int slot, int length) {
        final long at = (long) slot * EventLayout.SLOT_BYTES;
        if (length >= EventLayout.LINKSTATE_BYTES && EventLayout.id(slots.memory(), at) == EventLayout.LINKSTATE) {
            listener.link(EventLayout.isUp(slots.memory(), at));
        }
    }
}
