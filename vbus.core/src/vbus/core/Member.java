// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import vbus.api.VbusException;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.Guest;
import vbus.api.connector.SessionEvents;
import vbus.api.view.Event;
import vbus.api.view.Inventory.GuestView;
import vbus.shm.GuestMemory;

/// A guest on a bus.
final class Member implements Guest {

    private final DeviceBus bus;
    private final String name;
    private final GuestMemory memory;
    private final DeviceEvents events;
    private final OrderedCalls calls = new OrderedCalls();
    private final List<BusSession> sessions = new CopyOnWriteArrayList<>();

    Member(DeviceBus bus, String name, GuestMemory memory, DeviceEvents events) {
        this.bus = bus;
        this.name = name;
        this.memory = memory;
        this.events = events;
    }

    @Override
    public Channel open(int id, int version, SessionEvents sessionEvents) {
        BusSession session = bus.begin(this, id, version, sessionEvents);
        session.offered.slot.sessions().open(session);
        return new SessionChannel(session);
    }

    @Override
    public void settle() {
        sessions.forEach(s -> s.group().boundary());
    }

    /// Errors: what the first session said that could not be closed; to be tried again.
    @Override
    public void close() {
        bus.detach(this);
        VbusException first = null;
        for (BusSession session : sessions) {
            try {
                session.close();
            } catch (VbusException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    void added(Offered o) {
        calls.add(() -> tell(o, DeviceEvents::added));
    }

    void dropped(Offered o) {
        calls.add(() -> tell(o, DeviceEvents::dropped));
    }

    private void tell(Offered o, BiConsumer<DeviceEvents, DeviceEvents.Offer> what) {
        try {
            what.accept(events, o.offer);
        } catch (RuntimeException e) {
            bus.report(Event.Kind.LOG, bus.name() + "/" + name, "its connector failed when it heard of " + o.label() + ": " + e);
        }
    }

    /// Has what it hears from now on wait for `replay`.
    void begin() {
        calls.begin();
    }

    /// Tells it what was there when it joined, before it hears of anything else.
    void replay() {
        calls.drainBegun();
        calls.drain(); // what was added at the last moment
    }

    void deliver() {
        calls.drain();
    }

    List<BusSession> sessions() {
        return sessions;
    }

    @Override
    public String name() {
        return name;
    }

    DeviceBus bus() {
        return bus;
    }

    GuestMemory memory() {
        return memory;
    }

    GuestView view() {
        return new GuestView(bus.name(), name, memory.byteSize(), sessions.stream().map(BusSession::view).toList());
    }
}
