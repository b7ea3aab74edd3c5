// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import vbus.api.Device;
import vbus.api.view.Event;
import vbus.api.view.Inventory;
import vbus.api.view.Journal;

/// The buses, devices and links of the container, in whatever order their configurations come.
///
/// ```
///   change what is wanted, under the monitor  ->  settle slots and attachments, outside it: each brings itself to what is wanted
/// ```
/// Threads: any; the monitor guards the maps only and is the last that anybody takes: slots, connectors and devices have their
/// own, and who holds one of these may look at the maps.
final class Backplane implements Inventory, AutoCloseable {

    /// A link or connector whose bus or device is not there yet may just be early: told only after this time.
    private static final long PATIENCE_MILLIS = 1_500;

    private final Lane lane;
    private final Control control;
    private final Journal journal;
    private final Map<String, DeviceBus> buses = new TreeMap<>();
    private final Map<String, DeviceSlot> slots = new TreeMap<>();
    private final Map<String, String> classes = new TreeMap<>();
    private final Set<String> served = new HashSet<>();
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

    Backplane(Lane lane, Control control, Journal journal) {
        this.lane = lane;
        this.control = control;
        this.journal = journal;
    }

    // ---- buses

    void addBus(String name) {
        synchronized (this) {
            buses.put(name, new DeviceBus(name, journal));
            makeAll(name);
        }
        devicesOn(name).forEach(this::settle);
        connectorsOf(name).forEach(this::settle);
    }

    void removeBus(String name) {
        synchronized (this) {
            buses.remove(name);
            links.values().stream().filter(w -> w.bus.equals(name)).forEach(w -> w.made = null);
        }
        devicesOn(name).forEach(this::settle); // first: then no guest that leaves waits for parked code
        connectorsOf(name).forEach(this::settle);
    }

    // ---- links

    void link(String name, String bus, String device, long graceMillis) {
        unlink(name);
        WantedLink wanted = new WantedLink(bus, device, graceMillis);
        synchronized (this) {
            links.put(name, wanted);
            make(name, wanted);
        }
        settle(device);
        control.schedule(() -> complain(name, wanted), PATIENCE_MILLIS);
    }

    void unlink(String name) {
        WantedLink wanted;
        synchronized (this) {
            wanted = links.remove(name);
            if (wanted != null) {
                makeAll(wanted.bus); // perhaps a twin that was refused
            }
        }
        if (wanted != null) {
            settle(wanted.device);
        }
    }

    private void makeAll(String bus) {
        links.forEach((name, wanted) -> {
            if (wanted.bus.equals(bus)) {
                make(name, wanted);
            }
        });
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
    }

    private void settle(String device) {
        slot(device).settle(() -> linksOf(device));
    }

    private synchronized List<Link> linksOf(String device) {
        return links.values().stream().map(w -> w.made).filter(l -> l != null && l.device().equals(device)).toList();
    }

    private synchronized Set<String> devicesOn(String bus) {
        Set<String> devices = new TreeSet<>();
        links.values().stream().filter(w -> w.bus.equals(bus)).forEach(w -> devices.add(w.device));
        return devices;
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
                "device '%s' is not there: the devices are %s".formatted(wanted.device, classes.keySet()));
        }
    }

    // ---- devices

    /// Code of a device is there; false when another device has its name, or another bundle serves it.
    boolean up(String name, String deviceClass, Device device) {
        synchronized (this) {
            String other = classes.putIfAbsent(name, deviceClass);
            if (other != null && !other.equals(deviceClass) || !served.add(name)) {
                journal.record(Event.Kind.REFUSED, deviceClass + "~" + name,
                    "the name '%s' is taken by device %s~%s: choose another".formatted(name, other, name));
                return false;
            }
        }
        slot(name).up(device);
        return true;
    }

    /// A device's code is about to go; `removed` when its configuration went too.
    void down(String name, boolean removed) {
        if (removed) {
            slot(name).remove();
        } else {
            slot(name).park();
        }
        synchronized (this) {
            served.remove(name);
            if (removed) {
                classes.remove(name);
            }
        }
        settle(name);
    }

    /// A device's configuration went; its code may have gone before.
    void removed(String name, String deviceClass) {
        synchronized (this) {
            if (served.contains(name) || !classes.remove(name, deviceClass)) {
                return; // its code goes next
            }
        }
        slot(name).unconfigured();
        settle(name);
    }

    private synchronized DeviceSlot slot(String device) {
        return slots.computeIfAbsent(device, name -> new DeviceSlot(name, lane, control, journal, this::forget));
    }

    private synchronized void forget(DeviceSlot idle) {
        if (!classes.containsKey(idle.name()) && links.values().stream().noneMatch(w -> w.device.equals(idle.name()))) {
            slots.remove(idle.name(), idle);
        }
    }

    /// Places that are kept, also of devices that are gone.
    synchronized int slots() {
        return slots.size();
    }

    // ---- connectors

    void add(Attachment attachment) {
        synchronized (this) {
            attachments.add(attachment);
        }
        settle(attachment);
        control.schedule(() -> complain(attachment), PATIENCE_MILLIS);
    }

    void remove(Attachment attachment) {
        synchronized (this) {
            attachments.remove(attachment);
        }
        settle(attachment);
    }

    private void settle(Attachment attachment) {
        attachment.settle(() -> busOf(attachment));
    }

    private synchronized DeviceBus busOf(Attachment attachment) {
        return attachments.contains(attachment) ? buses.get(attachment.busName()) : null;
    }

    private synchronized List<Attachment> connectorsOf(String bus) {
        return attachments.stream().filter(a -> a.busName().equals(bus)).toList();
    }

    private synchronized void complain(Attachment attachment) {
        if (attachments.contains(attachment) && !buses.containsKey(attachment.busName())) {
            journal.record(Event.Kind.REFUSED, attachment.label(),
                "bus '%s' is not there: the buses are %s".formatted(attachment.busName(), buses.keySet()));
        }
    }

    // ---- its end

    /// Ends all sessions and lets go of all code; the lane still runs.
    @Override
    public void close() {
        List<Attachment> guests;
        List<DeviceSlot> devices;
        synchronized (this) {
            guests = List.copyOf(attachments);
            devices = List.copyOf(slots.values());
            attachments.clear();
            links.clear();
            classes.clear();
            served.clear();
            buses.clear();
        }
        guests.forEach(this::settle);
        devices.forEach(DeviceSlot::close);
        synchronized (this) {
            slots.clear();
        }
    }

    // ---- views

    @Override
    public List<BusView> buses() {
        return allBuses().stream().map(DeviceBus::view).toList();
    }

    @Override
    public synchronized List<DeviceView> devices() {
        List<DeviceView> views = new ArrayList<>();
        classes.forEach((name, deviceClass) -> views.add(new DeviceView(name, deviceClass, served.contains(name) ? "up" : "parked",
            linksOf(name).stream().map(l -> l.bus().name()).sorted().toList())));
        return views;
    }

    @Override
    public List<GuestView> guests() {
        return allBuses().stream().flatMap(b -> b.members().stream()).map(Member::view).toList();
    }

    private synchronized List<DeviceBus> allBuses() {
        return List.copyOf(buses.values());
    }
}
