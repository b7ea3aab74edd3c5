// SPDX-License-Identifier: Apache-2.0
package vbus.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import vbus.api.connector.DeviceEvents;
import vbus.api.driver.BoundDriver;
import vbus.api.driver.BusPort;
import vbus.api.driver.Driver;

/// One guest's devices and the drivers at work on them.
///
/// Threads: everything that touches a device or a driver runs on the guest's own thread, one at a time.
final class ProxyBus implements DeviceEvents {

    private static final long REMOVE_TIMEOUT_SECONDS = 5;

    /// Where the proxies are shown, and where problems are told.
    interface Showcase {

        /// Shows a proxy; the result changes and ends what is shown.
        Shown show(ProxyDevice device);

        void warn(String message, Throwable cause);
    }

    /// A proxy that is shown.
    interface Shown {

        /// True when the filter of a driver takes the device. @param filter LDAP filter, empty for all
        boolean matches(String filter);

        /// Shows which driver has it; null for none.
        void driver(String name);

        void end();
    }

    /// A driver with what it asks for.
    ///
    /// @param name that people know it by
    /// @param type interface type
    /// @param filter over the properties of the proxy, empty for all
    record Candidate(Driver driver, String name, String type, String filter) { }

    private record Entry(ProxyDevice device, Shown shown) { }

    private final BusPort port;
    private final Showcase showcase;
    private final List<Candidate> drivers;
    private final Map<Integer, Entry> entries = new ConcurrentHashMap<>();
    private final Map<Integer, Candidate> taken = new ConcurrentHashMap<>();
    private boolean stopped; // the guest's thread

    /// @param drivers the drivers of this moment: a list that changes as they come and go
    ProxyBus(BusPort port, Showcase showcase, List<Candidate> drivers) {
        this.port = port;
        this.showcase = showcase;
        this.drivers = drivers;
    }

    void start() {
        port.listen(this);
    }

    /// Removes all drivers and proxies.
    void stop() {
        port.listen(null);
        onGuest(() -> {
            stopped = true;
            new ArrayList<>(entries.values()).forEach(this::leave);
        });
    }

    @Override
    public void added(Offer offer) {
        if (stopped || entries.containsKey(offer.id())) {
            return;
        }
        ProxyDevice device = new ProxyDevice(port, offer, showcase);
        Entry entry = new Entry(device, showcase.show(device));
        entries.put(offer.id(), entry);
        drivers.forEach(c -> probe(c, entry));
    }

    @Override
    public void dropped(Offer offer) {
        Entry entry = entries.get(offer.id());
        if (entry != null) {
            leave(entry);
        }
    }

    /// A driver arrived, perhaps after its devices.
    void arrived(Candidate c) {
        port.execute(() -> entries.values().forEach(e -> {
            if (drivers.contains(c)) { // else it left again before the guest came to it
                probe(c, e);
            }
        }));
    }

    /// A driver is about to go; returns when it is off its devices.
    void left(Candidate c) {
        onGuest(() -> {
            for (Entry e : entries.values()) {
                if (taken.get(e.device.id()) == c) {
                    unbind(e);
                    drivers.forEach(other -> probe(other, e));
                }
            }
        });
    }

    private void probe(Candidate c, Entry e) {
        if (e.device.bound() != null || !c.type().equals(e.device.type())) {
            return;
        }
        try {
            if (e.shown.matches(c.filter())) {
                BoundDriver bound = Objects.requireNonNull(c.driver().probe(e.device), "probe made no bound driver");
                e.device.bound(bound);
                taken.put(e.device.id(), c);
                e.shown.driver(c.name());
            }
        } catch (RuntimeException | Error x) {
            showcase.warn("driver %s does not take %s: %s".formatted(c.name(), e.device, x.getMessage()), x);
            unbind(e);
        }
    }

    private void unbind(Entry e) {
        BoundDriver bound = e.device.bound();
        taken.remove(e.device.id());
        e.device.bound(null);
        guarded("removing the driver of", e, () -> {
            if (bound != null) {
                bound.remove();
            }
        });
        guarded("closing", e, e.device::close);
        guarded("showing", e, () -> e.shown.driver(null));
    }

    private void leave(Entry e) {
        unbind(e);
        entries.remove(e.device.id());
        guarded("hiding", e, e.shown::end);
    }

    private void guarded(String what, Entry e, Runnable code) {
        try {
            code.run();
        } catch (RuntimeException | Error x) {
            showcase.warn("%s %s failed: %s".formatted(what, e.device, x.getMessage()), x);
        }
    }

    /// Runs a task on the guest's thread and waits for it.
    private void onGuest(Runnable task) {
        var done = new CountDownLatch(1);
        port.execute(() -> {
            try {
                task.run();
            } finally {
                done.countDown();
            }
        });
        try {
            if (!done.await(REMOVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                showcase.warn("guest %s is busy: its drivers may not be off their devices yet".formatted(port.guest()), null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
