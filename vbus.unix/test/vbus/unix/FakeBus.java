// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Bus;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.api.connector.Guest;
import vbus.api.connector.SessionEvents;
import vbus.api.view.Event.Kind;
import vbus.shm.GuestMemory;

/// A bus with one lane, whose devices are [FakeDevice]s. Keeps what was reported.
final class FakeBus implements Bus, AutoCloseable {

    /// What was reported.
    record Report(Kind kind, String subject, String message) { }

    static final Offer ECHO = new Offer(7, "echo", 2, "echo0");
    private static final long IDLE_NANOS = 50_000;

    final List<Report> reports = new CopyOnWriteArrayList<>();
    final Map<String, Member> members = new ConcurrentHashMap<>();
    private final List<FakeDevice> devices = new CopyOnWriteArrayList<>();
    private final List<Offer> offers = new ArrayList<>();
    private final Thread lane;
    private volatile boolean closed;

    FakeBus() {
        lane = Thread.ofPlatform().daemon().name("fake lane").start(this::work);
    }

    synchronized void add(Offer offer) {
        offers.add(offer);
        members.values().forEach(m -> m.events.added(offer));
    }

    synchronized void drop(Offer offer) {
        offers.remove(offer);
        members.values().forEach(m -> m.events.dropped(offer));
    }

    /// The member of that name, once it is there.
    Member member(String name) {
        Await.until(() -> "member " + name + " of " + members.keySet() + ", " + reports, () -> members.containsKey(name));
        return members.get(name);
    }

    long openDevices() {
        return devices.stream().filter(d -> !d.isClosed()).count();
    }

    /// Waits for a report of that kind whose message contains `part`.
    Report await(Kind kind, String part) {
        Await.until(() -> "%s with '%s' in %s".formatted(kind, part, reports), () -> find(kind, part) != null);
        return find(kind, part);
    }

    Report find(Kind kind, String part) {
        return reports.stream().filter(r -> r.kind() == kind && r.message().contains(part)).findFirst().orElse(null);
    }

    @Override
    public String name() {
        return "lab";
    }

    @Override
    public synchronized Guest attach(String name, GuestMemory guestMemory, DeviceEvents deviceEvents) {
        Member member = new Member(name, guestMemory, deviceEvents);
        members.put(name, member);
        offers.forEach(deviceEvents::added);
        return member;
    }

    @Override
    public void report(Kind kind, String subject, String message) {
        reports.add(new Report(kind, subject, message));
    }

    private synchronized Offer offer(int id) {
        return offers.stream().filter(o -> o.id() == id).findFirst()
            .orElseThrow(() -> new VbusException(Status.NOT_FOUND, "bus lab has no interface " + id));
    }

    private void work() {
        while (!closed) {
            int done = 0;
            for (FakeDevice d : devices) {
                done += d.work();
            }
            devices.removeIf(FakeDevice::isClosed);
            if (done == 0) {
                LockSupport.parkNanos(IDLE_NANOS);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        Await.until("the lane ended", () -> !lane.isAlive());
    }

    /// A guest.
    final class Member implements Guest {

        final String name;
        final GuestMemory memory;
        final DeviceEvents events;
        final List<FakeDevice> own = new CopyOnWriteArrayList<>();
        volatile boolean stuck;

        Member(String name, GuestMemory memory, DeviceEvents events) {
            this.name = name;
            this.memory = memory;
            this.events = events;
        }

        /// The device that it opened last.
        FakeDevice device() {
            Await.until("a session of " + name, () -> !own.isEmpty());
            return own.getLast();
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Channel open(int id, int version, SessionEvents sessionEvents) {
            Offer offer = offer(id);
            if (version != offer.version()) {
                throw new VbusException(Status.INVALID, "version %d: want %d".formatted(version, offer.version()));
            }
            if (own.stream().anyMatch(d -> !d.isClosed())) {
                throw new VbusException(Status.BUSY, "interface %d is open".formatted(id));
            }
            FakeDevice device = new FakeDevice(memory, sessionEvents);
            own.add(device);
            devices.add(device);
            return device;
        }

        @Override
        public void settle() {
            own.forEach(FakeDevice::isClosed); // has the lock of each once: what began before is over
        }

        @Override
        public void close() {
            if (stuck) {
                throw new VbusException(Status.TIMED_OUT, "the lane of " + name + " is stuck");
            }
            own.forEach(FakeDevice::close);
            members.remove(name, this);
        }
    }
}
