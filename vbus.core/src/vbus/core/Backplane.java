// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import vbus.api.Device;
import vbus.api.view.Event;
import vbus.api.view.Inventory;
import vbus.api.view.Journal;

/// The buses, devices and links of the container, in whatever order their configurations come.
///
/// Threads: any; the monitor guards the maps only, slots and connectors have their own.
final class Backplane implements Inventory {

    /// A link or connector whose bus or device is not there yet may just be early: told only after this time.
    private static final long PATIENCE_MILLIS = 1_500;

    private final Lane lane;
    private final ScheduledExecutorService control;
    private final Journal journal;
    private final Map<String, DeviceBus> buses = new TreeMap<>();
    private final Map<String, DeviceSlot> slots = new TreeMap<>();
    private final Map<String, String> classes = new HashMap<>();
    private final Map<String, WantedLink> links = new TreeMap<>();
    private final List<Attachment> attachments = new ArrayList<>();

    /// A link's configuration, which may name what is not there; `made` is the link while its bus is.
    private static final class WantedLink {
        final String bus;
        final String device;
        final long graceMillis;
        Link made;

        WantedLink(String bus, String device, long graceMillis) {
            this.bus = bus;
            this.device = device;
            this.graceMillis = graceMillis;
        }
    }

    Backplane(Lane lane, ScheduledExecutorService control, Journal journal) {
        this.lane = lane;
        this.control = control;
        this.journal = journal;
    }

    // ---- buses

    synchronized void addBus(String name) {
        DeviceBus bus = new DeviceBus(name, journal);
        buses.put(name, bus);
        links.forEach((link, wanted) -> make(link, wanted));
        attachments.stream().filter(a -> a.busName().equals(name)).forEach(a -> a.join(bus));
    }

    synchronized void removeBus(String name) {
        links.values().stream().filter(w -> w.bus.equals(name)).forEach(this::unmake); // first: then no guest waits for parked code
        attachments.stream().filter(a -> a.busName().equals(name)).forEach(Attachment::leave);
        buses.remove(name);
    }

    // ---- links

    synchronized void link(String name, String bus, String device, long graceMillis) {
        WantedLink wanted = new WantedLink(bus, device, graceMillis);
        links.put(name, wanted);
        make(name, wanted);
        later(() -> complain(name, wanted));
    }

    synchronized void unlink(String name) {
        WantedLink wanted = links.remove(name);
        if (wanted != null) {
            unmake(wanted);
        }
    }

    private void make(String name, WantedLink wanted) {
        DeviceBus bus = buses.get(wanted.bus);
        if (bus == null || wanted.made != null) {
            return;
        }
        Link twin = links.values().stream().map(w -> w.made)
            .filter(l -> l != null && l.bus() == bus && l.device().equals(wanted.device)).findFirst().orElse(null);
        if (twin != null) {
            journal.record(Event.Kind.REFUSED, "link " + name, "device '%s' is on bus '%s' by link '%s' already: remove one of them"
                .formatted(wanted.device, wanted.bus, twin.name()));
            return;
        }
        wanted.made = new Link(name, bus, wanted.device, wanted.graceMillis);
        slot(wanted.device).link(wanted.made);
    }

    private void unmake(WantedLink wanted) {
        if (wanted.made != null) {
            slot(wanted.device).unlink(wanted.made);
            wanted.made = null;
        }
    }

    private synchronized void complain(String name, WantedLink wanted) {
        if (links.get(name) != wanted) {
            return;
        }
        if (!buses.containsKey(wanted.bus)) {
            journal.record(Event.Kind.REFUSED, "link " + name,
                "bus '%s' is not there: the buses are %s".formatted(wanted.bus, buses.keySet()));
        }
        if (!classes.containsKey(wanted.device)) {
            journal.record(Event.Kind.REFUSED, "link " + name,
                "device '%s' is not there: the devices are %s".formatted(wanted.device, new TreeMap<>(classes).keySet()));
        }
    }

    // ---- devices

    /// Code of a device is there; false when another device has its name.
    boolean up(String name, String deviceClass, Device device) {
        DeviceSlot slot;
        synchronized (this) {
            String other = classes.putIfAbsent(name, deviceClass);
            if (other != null && (!other.equals(deviceClass) || slot(name).serving())) {
                journal.record(Event.Kind.REFUSED, deviceClass + "~" + name,
                    "the name '%s' is taken by device %s~%s: choose another".formatted(name, other, name));
                return false;
            }
            slot = slot(name);
        }
        slot.up(device);
        return true;
    }

    /// A device's code is about to go; `removed` when its configuration went too.
    void down(String name, boolean removed) {
        DeviceSlot slot;
        synchronized (this) {
            slot = slot(name);
            if (removed) {
                classes.remove(name);
            }
        }
        if (removed) {
            slot.remove();
        } else {
            slot.park();
        }
    }

    /// A configuration went. When the code of its device had gone before, nobody else tells.
    void unconfigured(Pid pid) {
        DeviceSlot slot;
        synchronized (this) {
            slot = slots.get(pid.name());
            if (slot == null || slot.serving() || !classes.remove(pid.name(), pid.factory())) {
                return;
            }
        }
        slot.remove();
    }

    private DeviceSlot slot(String device) {
        return slots.computeIfAbsent(device, name -> new DeviceSlot(name, lane, control, journal));
    }

    // ---- connectors

    synchronized void add(Attachment attachment) {
        attachments.add(attachment);
        DeviceBus bus = buses.get(attachment.busName());
        if (bus != null) {
            attachment.join(bus);
            return;
        }
        later(() -> {
            synchronized (this) {
                if (attachments.contains(attachment) && !buses.containsKey(attachment.busName())) {
                    journal.record(Event.Kind.REFUSED, attachment.label(),
                        "bus '%s' is not there: the buses are %s".formatted(attachment.busName(), buses.keySet()));
                }
            }
        });
    }

    void remove(Attachment attachment) {
        synchronized (this) {
            attachments.remove(attachment);
        }
        attachment.leave();
    }

    // ---- views

    @Override
    public synchronized List<BusView> buses() {
        return buses.values().stream().map(DeviceBus::view).toList();
    }

    @Override
    public List<DeviceView> devices() {
        Map<String, String> known;
        synchronized (this) {
            known = new TreeMap<>(classes);
        }
        List<DeviceView> views = new ArrayList<>();
        known.forEach((name, deviceClass) -> {
            DeviceSlot slot = slots.get(name);
            views.add(new DeviceView(name, deviceClass, slot.serving() ? "up" : "parked", slot.buses()));
        });
        return views;
    }

    @Override
    public List<GuestView> guests() {
        List<DeviceBus> all;
        synchronized (this) {
            all = List.copyOf(buses.values());
        }
        return all.stream().flatMap(b -> b.members().stream()).map(Member::view).toList();
    }

    private void later(Runnable check) {
        control.schedule(check, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
