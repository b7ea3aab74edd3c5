// SPDX-License-Identifier: Apache-2.0
package vbus.local;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import vbus.api.connector.Bus;
import vbus.api.connector.Connector;
import vbus.api.driver.BusPort;

/// A Java guest: the factory configuration `vbus.local.guest~NAME`.
@Component(service = {}, immediate = true, configurationPid = "vbus.local.guest", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = LocalGuestComponent.Config.class, factory = true)
public final class LocalGuestComponent implements Connector {

    @ObjectClassDefinition(name = "Java guest", description = "A guest in this container, whose drivers are bundles.")
    @interface Config {

        @AttributeDefinition(description = "Name of the bus to join.")
        String bus();
    }

    private final BundleContext context;
    private final String name;
    private final ServiceRegistration<Connector> connector;
    private LocalGuest guest;
    private ServiceRegistration<BusPort> port;

    @Activate
    public LocalGuestComponent(BundleContext context, Config config, Map<String, Object> properties) {
        this.context = context;
        String pid = String.valueOf(properties.get("service.pid"));
        name = pid.substring(pid.indexOf('~') + 1);
        if (config.bus() == null) {
            throw new IllegalArgumentException("guest %s: want a bus".formatted(name));
        }
        connector = context.registerService(Connector.class, this, named(Connector.BUS, config.bus(), "service.pid", pid));
    }

    @Deactivate
    void stop() {
        connector.unregister(); // the bus answers with leave
    }

    @Override
    public void join(Bus bus) {
        LocalGuest next = new LocalGuest(name, bus);
        try {
            port = context.registerService(BusPort.class, next, named("vbus.bus", bus.name(), "vbus.guest", name));
        } catch (RuntimeException e) { // the bundle stops at this moment
            next.close();
            throw e;
        }
        guest = next;
    }

    @Override
    public void leave() {
        try {
            port.unregister();
        } catch (IllegalStateException e) {
            // its bundle stopped, and the registration with it
        } finally {
            guest.close();
        }
    }

    private static Dictionary<String, Object> named(String... pairs) {
        Dictionary<String, Object> d = new Hashtable<>();
        for (int i = 0; i < pairs.length; i += 2) {
            d.put(pairs[i], pairs[i + 1]);
        }
        return d;
    }
}
