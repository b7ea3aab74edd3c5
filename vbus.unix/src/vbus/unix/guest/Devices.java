// SPDX-License-Identifier: Apache-2.0
package vbus.unix.guest;

import static vbus.unix.protocol.SlotLayout.INT;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import vbus.api.VbusException;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.unix.protocol.BusCall;
import vbus.unix.protocol.EventLayout;

/// The devices that the host has told of, and what it tells of them.
///
/// Threads: the vCPU's.
final class Devices {

    private static final System.Logger LOG = System.getLogger("vbus.unix.guest");

    private final Map<Integer, Offer> offers = new TreeMap<>();
    private DeviceEvents listener;

    /// Tells a listener of those that are there, and of changes; null ends it.
    void listen(DeviceEvents events) {
        listener = events;
        if (events != null) {
            List.copyOf(offers.values()).forEach(events::added);
        }
    }

    /// The host is gone, and all devices with it.
    void leave() {
        List.copyOf(offers.values()).forEach(this::dropped);
    }

    /// Takes an event, see [EventLayout].
    void event(Sessions of, Link from, MemorySegment bytes) {
        long number = bytes.get(EventLayout.LONG, EventLayout.HANDLE);
        switch (bytes.get(EventLayout.INT, EventLayout.EVENT)) {
            case EventLayout.SHMSIGNAL -> of.signal(number);
            case EventLayout.DEVADD -> added(from, (int) number);
            case EventLayout.DEVDROP -> {
                Offer offer = offers.get((int) number);
                if (offer != null) {
                    dropped(offer);
                }
            }
            case EventLayout.SHMCLOSE -> of.remove(number);
            case EventLayout.DEVEVENT -> of.of(number).event(bytes.get(EventLayout.INT, EventLayout.KIND), data(bytes));
            case EventLayout.DEVCONFIG -> of.of(number).configChanged();
            case EventLayout.DEVBROKEN -> of.of(number).broken(EventLayout.text(bytes, EventLayout.TEXT, EventLayout.TEXT_BYTES));
            case EventLayout.DEVGONE -> of.of(number).closed();
            default -> LOG.log(Level.WARNING, "an event of a kind that is not known: " + bytes.get(EventLayout.INT, 0));
        }
    }

    private static byte[] data(MemorySegment bytes) {
        int length = Math.clamp(bytes.get(EventLayout.INT, EventLayout.DATA_LENGTH), 0, EventLayout.DATA_BYTES);
        return bytes.asSlice(EventLayout.DATA, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private void added(Link from, int id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocate(BusCall.QUERY_BYTES, 8);
            a.set(INT, BusCall.QUERY_DEVICE, id);
            from.call(BusCall.DEVQUERY, a);
            Offer offer = new Offer(id, EventLayout.text(a, BusCall.QUERY_TYPE, BusCall.QUERY_TEXT_BYTES),
                a.get(INT, BusCall.QUERY_VERSION), EventLayout.text(a, BusCall.QUERY_NAME, BusCall.QUERY_TEXT_BYTES));
            offers.put(id, offer);
            if (listener != null) {
                listener.added(offer);
            }
        } catch (VbusException e) {
            LOG.log(Level.INFO, "device {0} left before it was looked at: {1}", id, e.getMessage());
        }
    }

    private void dropped(Offer offer) {
        offers.remove(offer.id());
        if (listener != null) {
            listener.dropped(offer);
        }
    }
}
