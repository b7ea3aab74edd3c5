// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.VbusException;
import vbus.api.view.Event;
import vbus.api.view.Journal;

/// The place of a configured device: its links, interfaces and sessions stay here while its code comes and goes.
///
/// ```
///   empty --up(device)--> serving --park--> parked --up(device), in time--> serving
///                            |                 '--grace over--> empty: DEVDROP, sessions revoked
///                            '--configuration removed--> DEVDROP at once, sessions revoked after the grace
/// ```
/// Threads: transitions exclude each other by this object's monitor, which device code may run under; sessions have their own lock.
final class DeviceSlot {

    private static final long OPEN_MARGIN_MILLIS = 2_000;

    private final String name;
    private final Journal journal;
    private final ScheduledExecutorService control;
    private final LaneGroup group;
    private final Map<Link, List<Offered>> links = new HashMap<>();
    private final Map<String, ScheduledFuture<?>> leaving = new HashMap<>();
    private final List<BusSession> sessions = new CopyOnWriteArrayList<>();
    private volatile long graceMillis = Link.DEFAULT_GRACE_MILLIS;
    private volatile Device device;
    private ScheduledFuture<?> grace;

    DeviceSlot(String name, Lane lane, ScheduledExecutorService control, Journal journal) {
        this.name = name;
        this.control = control;
        this.journal = journal;
        group = new LaneGroup(lane);
    }

    // ---- code comes and goes

    /// Code of the device is there: its sessions go on.
    synchronized void up(Device code) {
        if (grace != null) {
            grace.cancel(false);
            grace = null;
        }
        device = code;
        links.forEach((link, offered) -> attach(link, offered));
        boolean parked = !sessions.isEmpty();
        sessions.forEach(this::resume);
        group.activate();
        group.lane().kick();
        if (parked) {
            journal.record(Event.Kind.RESUMED, name, sessions.size() + " sessions go on");
        }
    }

    /// The code is about to go. Its sessions are parked; without new code within the grace period they are dropped.
    synchronized void park() {
        letGo();
        journal.record(Event.Kind.PARKED, name, sessions.size() + " sessions wait up to " + graceMillis + " ms for new code");
        grace = control.schedule(this::drop, graceMillis, TimeUnit.MILLISECONDS);
    }

    /// The device was removed on purpose: its code goes, and its interfaces at once.
    synchronized void remove() {
        if (grace != null) {
            grace.cancel(false);
        }
        letGo();
        withdrawAll();
        List<BusSession> left = List.copyOf(sessions);
        grace = control.schedule(() -> left.forEach(this::revoke), graceMillis, TimeUnit.MILLISECONDS);
    }

    private void letGo() {
        links.values().forEach(all -> all.forEach(o -> o.serveBy(null))); // a session that opens from now on waits
        try {
            group.deactivate();
            sessions.forEach(BusSession::park);
            group.deactivate(); // what a session that was just opening added
        } catch (VbusException e) { // the lane is stuck, most likely in this device's work
            journal.record(Event.Kind.BROKEN, name, e.getMessage());
            sessions.forEach(s -> s.fail("its lane is stuck: " + e.getMessage()));
        }
        links.keySet().forEach(l -> unlinkCode(l.bus().name()));
        device = null;
    }

    private synchronized void drop() {
        if (device == null) {
            withdrawAll();
            sessions.forEach(this::revoke);
        }
    }

    private void withdrawAll() {
        for (List<Offered> offered : links.values()) {
            offered.forEach(this::withdraw);
            offered.clear();
        }
    }

    private void withdraw(Offered o) {
        o.serveBy(null);
        o.bus.withdraw(o);
        sessions.stream().filter(s -> s.offered == o).forEach(BusSession::withdraw);
    }

    private void revoke(BusSession session) {
        if (session.state() != BusSession.State.CLOSED) {
            session.close();
            session.revoked();
        }
    }

    // ---- links

    /// Puts the device on a bus.
    synchronized void link(Link link) {
        ScheduledFuture<?> before = leaving.remove(link.bus().name());
        if (before != null && before.cancel(false)) {
            leave(link.bus());
        }
        List<Offered> offered = new ArrayList<>();
        links.put(link, offered);
        graceMillis = links.keySet().stream().mapToLong(Link::graceMillis).max().orElseThrow();
        if (device != null) {
            attach(link, offered);
        }
    }

    /// Takes the device off a bus: DEVDROP now, revoke after the grace period.
    synchronized void unlink(Link link) {
        List<Offered> offered = links.remove(link);
        if (offered != null) {
            offered.forEach(this::withdraw);
            leaving.put(link.bus().name(),
                control.schedule(() -> leave(link.bus()), link.graceMillis(), TimeUnit.MILLISECONDS));
        }
    }

    private synchronized void leave(DeviceBus bus) {
        leaving.remove(bus.name());
        sessions.stream().filter(s -> s.offered.bus == bus && s.offered.withdrawn).forEach(this::revoke);
        if (device != null && links.keySet().stream().noneMatch(l -> l.bus() == bus)) {
            unlinkCode(bus.name());
        }
    }

    private void attach(Link link, List<Offered> offered) {
        List<DeviceInterface> now;
        try {
            now = new ArrayList<>(device.link(link.bus().name()));
        } catch (RuntimeException e) {
            journal.record(Event.Kind.REFUSED, link.label(), "the device does not join the bus: " + e.getMessage());
            now = List.of();
        }
        for (Iterator<Offered> i = offered.iterator(); i.hasNext();) {
            Offered o = i.next();
            DeviceInterface same = now.stream().filter(o::matches).findFirst().orElse(null);
            if (same != null) {
                o.serveBy(same.opener());
                now.remove(same);
            } else { // the new code does not offer it any more
                i.remove();
                withdraw(o);
                sessions.stream().filter(s -> s.offered == o).forEach(this::revoke);
            }
        }
        now.forEach(fresh -> offered.add(link.bus().offer(this, fresh)));
    }

    private void unlinkCode(String bus) {
        try {
            if (device != null) {
                device.unlink(bus);
            }
        } catch (RuntimeException e) {
            journal.record(Event.Kind.LOG, name, "unlink from bus " + bus + " failed: " + e);
        }
    }

    // ---- sessions

    /// Opens a new session; waits for code when it is away. Errors: what the device throws.
    void open(BusSession session) {
        sessions.add(session);
        try {
            session.resume(); // without code it stays parked, and is resumed with all others
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
        session.awaitOpen();
        journal.record(Event.Kind.OPENED, session.label(), "version " + session.version());
    }

    private void resume(BusSession session) {
        try {
            session.resume();
        } catch (RuntimeException e) {
            session.fail("the device's new code did not take it over: " + e.getMessage());
        }
    }

    void forget(BusSession session) {
        session.member.sessions().remove(session);
        if (sessions.remove(session)) {
            journal.record(Event.Kind.CLOSED, session.label(), "");
        }
    }

    // ---- what it is

    /// How long a verb of a parked session waits, in nanoseconds.
    long patience() {
        return TimeUnit.MILLISECONDS.toNanos(graceMillis + OPEN_MARGIN_MILLIS);
    }

    String name() {
        return name;
    }

    boolean serving() {
        return device != null;
    }

    Lane lane() {
        return group.lane();
    }

    LaneGroup group() {
        return group;
    }

    ScheduledExecutorService control() {
        return control;
    }

    synchronized List<String> buses() {
        return links.keySet().stream().map(l -> l.bus().name()).sorted().toList();
    }
}
