// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import java.util.ArrayList;
import java.util.List;
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

/// A bus with one lane, whose devices are [EchoChannel]s. Keeps what was reported.
final class FakeBus implements Bus, AutoCloseable {

    /// What was reported.
    record Report(Kind kind, String subject, String message) { }

    private static final long IDLE_NANOS = 100_000;

    final List<Report> reports = new CopyOnWriteArrayList<>();
    final List<EchoChannel> channels = new CopyOnWriteArrayList<>();
    volatile String guest;
    volatile GuestMemory memory;
    volatile VbusException refusal;
    volatile int queues = 2;
    private final List<Offer> offers = new ArrayList<>();
    private final Thread lane;
    private volatile DeviceEvents events;
    private volatile boolean idle;
    private volatile boolean closed;

    FakeBus() {
        lane = Thread.ofPlatform().daemon().name("fake lane").start(this::work);
    }

    synchronized void add(Offer offer) {
        offers.add(offer);
        if (events != null) {
            events.added(offer);
        }
    }

    synchronized void drop(Offer offer) {
        offers.remove(offer);
        if (events != null) {
            events.dropped(offer);
        }
    }

    /// The channel that was opened last.
    EchoChannel channel() {
        Await.until("a session", () -> !channels.isEmpty());
        return channels.getLast();
    }

    long openChannels() {
        return channels.stream().filter(c -> !c.isClosed()).count();
    }

    /// The lane does nothing any more.
    void rest() {
        idle = true;
        channels.forEach(EchoChannel::isClosed); // has each channel's lock once: what began before is over
    }

    /// Waits for a report of that kind whose message contains `part`.
    Report await(Kind kind, String part) {
        Await.until("%s with '%s' in %s".formatted(kind, part, reports), () -> find(kind, part) != null);
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
        guest = name;
        memory = guestMemory;
        events = deviceEvents;
        offers.forEach(events::added);
        return new Guest() {
            @Override
            public void settle() { }

            @Override
            public String name() {
                return name;
            }

            @Override
            public Channel open(int id, int version, SessionEvents sessionEvents) {
                if (refusal != null) {
                    throw refusal;
                }
                if (openChannels() > 0) {
                    throw new VbusException(Status.BUSY, "interface %d is open".formatted(id));
                }
                EchoChannel channel = new EchoChannel(queues, sessionEvents);
                channels.add(channel);
                return channel;
            }

            @Override
            public void close() {
                events = null;
                channels.forEach(EchoChannel::close);
            }
        };
    }

    @Override
    public void report(Kind kind, String subject, String message) {
        reports.add(new Report(kind, subject, message));
    }

    private void work() {
        while (!closed) {
            int done = 0;
            for (EchoChannel c : channels) {
                done += idle ? 0 : c.work();
            }
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
}
