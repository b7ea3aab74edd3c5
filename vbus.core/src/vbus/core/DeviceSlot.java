// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.DeviceInterface.Opener;
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
/// Threads: transitions exclude each other by this object's monitor, which device code may run under; sessions have their own
/// lock.
/// Nothing that holds a session's lock or the monitor of a bus or of the backplane may ask for this one.
final class DeviceSlot {

    private static final long OPEN_MARGIN_MILLIS = 2_000;

    private final String name;
    private final Journal journal;
    private final Control control;
    private final Consumer<DeviceSlot> idle;
    private final LaneGroup group;
    private final Map<Link, List<Offered>> links = new LinkedHashMap<>();
    private final Map<DeviceBus, Future<?>> leaving = new HashMap<>();
    private final Set<String> joined = new HashSet<>(); // names of the buses that the present code is linked to
    private final Sessions sessions;
    private volatile long graceMillis = Link.DEFAULT_GRACE_MILLIS;
    private volatile Device device;
    private CodeLane own; // the lane as the device has it
    private long epoch; // counts the changes of the code

    /// @param idle told when no code, link or session is left here; under the monitor
    DeviceSlot(String name, Lane lane, Control control, Journal journal, Consumer<DeviceSlot> idle) {
        this.name = name;
        this.control = control;
        this.journal = journal;
        this.idle = idle;
        sessions = new Sessions(journal, this::left);
        group = new LaneGroup(lane, sessions);
    }

    // ---- code comes and goes

    /// Code of the device is there: its sessions go on, all of them before any work runs and before a new one is opened.
    synchronized void up(Device code) {
        epoch++;
        device = code;
        own = new CodeLane(group, name, journal);
        giveLane();
        Map<Offered, Opener> openers = new HashMap<>();
        Map<Link, List<DeviceInterface>> fresh = new LinkedHashMap<>();
        links.keySet().forEach(link -> fresh.put(link, takeOver(link, openers)));
        long waiting = sessions.parked().stream().filter(s -> openers.containsKey(s.offered)).count();
        sessions.forEach(s -> sessions.resume(s, () -> openers.get(s.offered)));
        openers.forEach(Offered::serveBy);
        sessions.forEach(s -> sessions.resume(s, s.offered::opener)); // those that came meanwhile
        onLane(group::activate);
        group.lane().kick();
        if (waiting > 0) {
            journal.record(Event.Kind.RESUMED, name, waiting + " sessions go on");
        }
        fresh.forEach(this::offer);
    }

    private void giveLane() {
        try {
            device.lane(own);
        } catch (RuntimeException | Error e) {
            journal.record(Event.Kind.LOG, name, "it did not take its lane: " + e);
        }
    }

    /// The code is about to go. Its sessions are parked; without new code within the grace period they are dropped.
    synchronized void park() {
        letGo();
        journal.record(Event.Kind.PARKED, name,
            sessions.parked().size() + " sessions wait up to " + graceMillis + " ms for new code");
        long now = ++epoch;
        control.schedule(() -> drop(now), graceMillis);
    }

    private synchronized void drop(long when) {
        if (epoch == when) { // else there was code again
            withdrawAll();
            sessions.forEach(sessions::revoke);
            settled();
        }
    }

    /// The device was removed on purpose: its code goes, and its interfaces at once.
    synchronized void remove() {
        epoch++;
        letGo();
        withdrawAll();
        List<BusSession> left = sessions.now(); // and not those of code that comes later
        control.schedule(() -> left.forEach(sessions::revoke), graceMillis);
    }

    /// The configuration of a device whose code went before was removed.
    synchronized void unconfigured() {
        if (device == null) {
            remove();
        }
    }

    /// Ends everything at once.
    synchronized void close() {
        remove();
        links.clear();
        leaving.clear();
        sessions.forEach(sessions::revoke);
    }

    private void letGo() {
        if (own != null) {
            own.end();
            own = null;
        }
        links.values().forEach(all -> all.forEach(o -> o.serveBy(null))); // a session that opens from now on waits
        if (!onLane(group::deactivate)) { // most likely it is stuck in this device's work
            sessions.forEach(s -> s.fail("its lane is stuck"));
        }
        sessions.forEach(BusSession::park);
        onLane(group::deactivate); // what a session that was just opening added
        List.copyOf(joined).forEach(this::unlinkCode);
        device = null;
    }

    private boolean onLane(Runnable task) {
        try {
            task.run();
            return true;
        } catch (VbusException e) {
            journal.record(Event.Kind.BROKEN, name, e.getMessage());
            return false;
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
        sessions.on(o).forEach(BusSession::withdraw);
    }

    // ---- links

    /// Brings the links to what they shall be at the moment when it looks.
    synchronized void settle(Supplier<? extends Collection<Link>> wanted) {
        Collection<Link> now = wanted.get();
        List.copyOf(links.keySet()).stream().filter(l -> !now.contains(l)).forEach(this::unlink);
        now.stream().filter(l -> !links.containsKey(l)).forEach(this::link);
        settled();
    }

    /// Puts the device on a bus. What was left there of an earlier link is taken away, before the code hears of the new one.
    synchronized void link(Link link) {
        List.copyOf(leaving.keySet()).stream().filter(b -> b.name().equals(link.bus().name())).forEach(this::leave);
        links.put(link, new ArrayList<>());
        graces();
        if (device != null) {
            offer(link, takeOver(link, new HashMap<>()));
        }
    }

    /// Takes the device off a bus: DEVDROP now, revoke after the grace period.
    synchronized void unlink(Link link) {
        List<Offered> offered = links.remove(link);
        if (offered != null) {
            offered.forEach(this::withdraw);
            leaving.put(link.bus(), control.schedule(() -> leave(link.bus()), link.graceMillis()));
            graces();
        }
    }

    private synchronized void leave(DeviceBus bus) {
        Future<?> timer = leaving.remove(bus);
        if (timer == null) {
            return; // it was linked again
        }
        timer.cancel(false);
        sessions.now().stream().filter(s -> s.offered.bus == bus && s.offered.withdrawn).forEach(sessions::revoke);
        if (links.keySet().stream().noneMatch(l -> l.bus().name().equals(bus.name()))) {
            unlinkCode(bus.name());
        }
        settled();
    }

    private void graces() {
        graceMillis = links.keySet().stream().mapToLong(Link::graceMillis).max().orElse(graceMillis);
    }

    /// Asks the code what it offers on a bus: what it goes on with is added to `openers`, what it does not offer any more is
    /// withdrawn, and the result is what is new.
    private List<DeviceInterface> takeOver(Link link, Map<Offered, Opener> openers) {
        List<DeviceInterface> now = new ArrayList<>();
        try {
            now.addAll(List.copyOf(device.link(link.bus().name())));
            joined.add(link.bus().name());
        } catch (RuntimeException | Error e) {
            journal.record(Event.Kind.REFUSED, link.label(), "the device does not join the bus: "
                + (e instanceof VbusException ? e.getMessage() : e));
        }
        for (Iterator<Offered> i = links.get(link).iterator(); i.hasNext();) {
            Offered o = i.next();
            DeviceInterface same = now.stream().filter(o::matches).findFirst().orElse(null);
            if (same != null) {
                openers.put(o, same.opener());
                now.remove(same);
            } else {
                i.remove();
                withdraw(o);
                sessions.on(o).forEach(sessions::revoke);
            }
        }
        return now;
    }

    private void offer(Link link, List<DeviceInterface> fresh) {
        fresh.forEach(i -> links.get(link).add(link.bus().offer(this, i)));
    }

    private void unlinkCode(String bus) {
        try {
            if (joined.remove(bus)) {
                device.unlink(bus);
            }
        } catch (RuntimeException | Error e) {
            journal.record(Event.Kind.LOG, name, "unlink from bus " + bus + " failed: " + e);
        }
    }

    // ---- what it is

    private void left() {
        if (device == null) {
            control.execute(this::settled); // a guest does not wait for this monitor
        }
    }

    private synchronized void settled() {
        if (device == null && links.isEmpty() && sessions.isEmpty()) {
            idle.accept(this);
        }
    }

    Sessions sessions() {
        return sessions;
    }

    /// How long a verb of a parked session waits, in nanoseconds.
    long patience() {
        return TimeUnit.MILLISECONDS.toNanos(graceMillis + OPEN_MARGIN_MILLIS);
    }

    String name() {
        return name;
    }

    LaneGroup group() {
        return group;
    }

    Control control() {
        return control;
    }
}
