// SPDX-License-Identifier: Apache-2.0
package vbus.proxy;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import vbus.api.driver.BusPort;
import vbus.api.driver.DeviceProxy;
import vbus.api.driver.Driver;

/// Brings the services to the proxy buses: ports in, proxies out, drivers to them. Immediate: its users are whiteboards.
@Component(service = {}, immediate = true)
public final class ProxyComponent implements ProxyBus.Showcase {

    private static final System.Logger LOG = System.getLogger("vbus.proxy");

    private final BundleContext context;
    private final Map<BusPort, ProxyBus> buses = new ConcurrentHashMap<>();
    private final Map<ServiceReference<Driver>, ProxyBus.Candidate> candidates = new ConcurrentHashMap<>();
    private final List<ProxyBus.Candidate> drivers = new CopyOnWriteArrayList<>();

    @Activate
    public ProxyComponent(BundleContext context) {
        this.context = context;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addDriver(ServiceReference<Driver> reference, Driver driver) {
        String filter = (String) reference.getProperty("vbus.driver.filter");
        var c = new ProxyBus.Candidate(driver, String.valueOf(reference.getProperty("component.name")),
            String.valueOf(reference.getProperty("vbus.driver.type")), filter == null ? "" : filter);
        candidates.put(reference, c);
        drivers.add(c);
        buses.values().forEach(b -> b.arrived(c));
    }

    void removeDriver(ServiceReference<Driver> reference) {
        var c = candidates.remove(reference);
        drivers.remove(c);
        buses.values().forEach(b -> b.left(c));
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addPort(BusPort port) {
        ProxyBus bus = new ProxyBus(port, this, drivers);
        buses.put(port, bus);
        bus.start();
    }

    void removePort(BusPort port) {
        buses.remove(port).stop();
    }

    @Deactivate
    void stop() {
        buses.values().forEach(ProxyBus::stop);
    }

    @Override
    public ProxyBus.Shown show(ProxyDevice device) {
        return new Service(context.registerService(DeviceProxy.class, device, properties(device, null)), device);
    }

    @Override
    public void warn(String message, Throwable cause) {
        LOG.log(System.Logger.Level.WARNING, message, cause);
    }

    private record Service(ServiceRegistration<DeviceProxy> registration, ProxyDevice device) implements ProxyBus.Shown {

        @Override
        public boolean matches(String filter) {
            try {
                return filter.isEmpty() || FrameworkUtil.createFilter(filter).match(registration.getReference());
            } catch (InvalidSyntaxException e) {
                throw new IllegalArgumentException("driver filter '%s' is no LDAP filter: %s".formatted(filter, e.getMessage()));
            }
        }

        @Override
        public void driver(String name) {
            registration.setProperties(properties(device, name));
        }

        @Override
        public void end() {
            registration.unregister();
        }
    }

    private static Dictionary<String, Object> properties(ProxyDevice device, String driver) {
        Dictionary<String, Object> p = new Hashtable<>();
        p.put("vbus.type", device.type());
        p.put("vbus.version", device.version());
        p.put("vbus.device", device.device());
        p.put("vbus.bus", device.bus());
        p.put("vbus.guest", device.guest());
        p.put("vbus.id", device.id());
        if (driver != null) {
            p.put("vbus.driver", driver);
        }
        return p;
    }
}
