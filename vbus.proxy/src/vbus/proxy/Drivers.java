// SPDX-License-Identifier: Apache-2.0
package vbus.proxy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import vbus.api.driver.BusPort;
import vbus.api.driver.Driver;

/// Drivers at work on one guest's devices, in a program without OSGi: the class path in place of the container.
///
/// ```
///   try (UnixGuest guest = new UnixGuest(path, Options.DEFAULT);
///        Drivers drivers = Drivers.on(guest).drive("echo", new EchoDriver())) { ... }
/// ```
/// Which types a driver takes is said here; in a container its component says it.
///
/// Errors: a driver's failure is logged, and leaves its device without a driver.
/// Threads: any; drivers run on the guest's own thread.
public final class Drivers implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("vbus.proxy");

    private final List<ProxyBus.Candidate> drivers = new CopyOnWriteArrayList<>();
    private final ProxyBus bus;

    private Drivers(BusPort port) {
        bus = new ProxyBus(port, new Nowhere(), drivers);
        bus.start();
    }

    /// Begins to look after the devices of a guest. One for each guest.
    public static Drivers on(BusPort port) {
        return new Drivers(port);
    }

    /// Has `driver` take the devices of a type, those that are there and those that come, unless another driver has them.
    public Drivers drive(String type, Driver driver) {
        var candidate = new ProxyBus.Candidate(driver, driver.getClass().getName(), type, "");
        drivers.add(candidate);
        bus.arrived(candidate);
        return this;
    }

    /// Takes the drivers off their devices.
    @Override
    public void close() {
        bus.stop();
    }

    /// Without a service registry proxies are seen by their drivers alone.
    private static final class Nowhere implements ProxyBus.Showcase {

        private static final ProxyBus.Shown UNSEEN = new ProxyBus.Shown() {
            @Override
            public boolean matches(String filter) {
                return true; // `drive` gives none
            }

            @Override
            public void driver(String name) { }

            @Override
            public void end() { }
        };

        @Override
        public ProxyBus.Shown show(ProxyDevice device) {
            return UNSEEN;
        }

        @Override
        public void warn(String message, Throwable cause) {
            LOG.log(System.Logger.Level.WARNING, message, cause);
        }
    }
}
