// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.Guest;
import vbus.api.connector.SessionEvents;
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
        session.offered.slot.open(session);
        return new SessionChannel(session);
    }

    @Override
    public void close() {
        bus.detach(this);
        sessions.forEach(BusSession::close);
    }

    void added(Offered o) {
        calls.add(() -> events.added(o.offer));
    }

    void dropped(Offered o) {
        calls.add(() -> events.dropped(o.offer));
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
