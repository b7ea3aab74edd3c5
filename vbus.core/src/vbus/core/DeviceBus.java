// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import vbus.api.DeviceInterface;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Bus;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.api.connector.Guest;
import vbus.api.connector.SessionEvents;
import vbus.api.view.Event;
import vbus.api.view.Inventory.BusView;
import vbus.api.view.Inventory.OfferView;
import vbus.api.view.Journal;
import vbus.shm.GuestMemory;

/// A named scope: the interfaces that its members may see, and their ids, which are never used twice.
///
/// Threads: any; members hear of changes in the order in which they happened, outside the lock.
final class DeviceBus implements Bus {

    private final String name;
    private final Journal journal;
    private final TreeMap<Integer, Offered> offers = new TreeMap<>();
    private final List<Member> members = new ArrayList<>();
    private int nextId;

    DeviceBus(String name, Journal journal) {
        this.name = name;
        this.journal = journal;
    }

    @Override
    public Guest attach(String guest, GuestMemory memory, DeviceEvents events) {
        Member member = new Member(this, guest, memory, events);
        member.begin();
        synchronized (this) {
            members.add(member);
            offers.values().forEach(member::added);
        }
        report(Event.Kind.JOINED, name + "/" + guest, "joined the bus");
        member.replay();
        return member;
    }

    void detach(Member member) {
        boolean was;
        synchronized (this) {
            was = members.remove(member);
        }
        if (was) {
            report(Event.Kind.LEFT, name + "/" + member.name(), "left the bus");
        }
    }

    /// Begins a session, which its slot then opens.
    synchronized BusSession begin(Member member, int id, int version, SessionEvents events) {
        Offered offered = offers.get(id);
        if (offered == null) {
            throw new VbusException(Status.NOT_FOUND, "bus %s has no interface %d: it has %s"
                .formatted(name, id, offers.keySet()));
        }
        if (!members.contains(member)) {
            throw new VbusException(Status.GONE, "guest %s is not on bus %s".formatted(member.name(), name));
        }
        for (Member m : members) {
            if (m.name().equals(member.name()) && m.sessions().stream().anyMatch(s -> s.offered == offered)) {
                throw new VbusException(Status.BUSY, "%s is open by guest %s: each guest opens an interface once"
                    .formatted(offered.label(), member.name()));
            }
        }
        BusSession session = new BusSession(offered, member, version, events);
        member.sessions().add(session);
        return session;
    }

    /// Puts an interface on the bus.
    Offered offer(DeviceSlot slot, DeviceInterface i) {
        Offered offered;
        List<Member> all;
        synchronized (this) {
            offered = new Offered(new Offer(nextId++, i.type(), i.version(), slot.name()), slot, this);
            offered.serveBy(i.opener());
            offers.put(offered.offer.id(), offered);
            all = List.copyOf(members);
            all.forEach(m -> m.added(offered));
        }
        report(Event.Kind.DEVADD, offered.label(), "id " + offered.offer.id() + " version " + i.version());
        all.forEach(Member::deliver);
        return offered;
    }

    /// Takes an interface off the bus.
    void withdraw(Offered offered) {
        List<Member> all;
        synchronized (this) {
            if (offers.remove(offered.offer.id()) == null) {
                return;
            }
            offered.withdrawn = true;
            all = List.copyOf(members);
            all.forEach(m -> m.dropped(offered));
        }
        report(Event.Kind.DEVDROP, offered.label(), "id " + offered.offer.id());
        all.forEach(Member::deliver);
    }

    @Override
    public void report(Event.Kind kind, String subject, String message) {
        journal.record(kind, subject, message);
    }

    @Override
    public String name() {
        return name;
    }

    synchronized List<Member> members() {
        return List.copyOf(members);
    }

    synchronized BusView view() {
        return new BusView(name,
            offers.values().stream().map(o -> o.offer)
                .map(o -> new OfferView(o.id(), o.type(), o.version(), o.device())).toList(),
            members.stream().map(Member::name).distinct().toList());
    }
}
