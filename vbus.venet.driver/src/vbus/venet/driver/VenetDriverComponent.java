// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import java.util.Dictionary;
import java.util.Hashtable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import vbus.api.driver.BoundDriver;
import vbus.api.driver.DeviceProxy;
import vbus.api.driver.Driver;
import vbus.api.driver.DriverFor;
import vbus.venet.api.NetworkPort;
import vbus.venet.protocol.VirtualEthernet;

/// Offers each virtual ethernet that the proxy bus brings as a service.
@Component(service = Driver.class, configurationPid = "vbus.venet.driver")
@Designate(ocd = VenetDriverComponent.Config.class)
@DriverFor(type = VirtualEthernet.TYPE)
public final class VenetDriverComponent implements Driver {

    private final BundleContext context;
    private final int pairs;

    @Activate
    public VenetDriverComponent(BundleContext context, Config config) {
        this.context = context;
        pairs = config.pairs();
    }

    /// What a user may set.
    @ObjectClassDefinition(name = "Driver for virtual ethernets", description = "Offers each as a network port.")
    public @interface Config {

        @AttributeDefinition(min = "1", max = "8",
            description = "Pairs of queues that a port has, if its device has as many: one for each thread that sends or receives.")
        int pairs() default 1;
    }

    @Override
    public BoundDriver probe(DeviceProxy device) {
        VenetPort port = VenetPort.open(device, pairs);
        ServiceRegistration<NetworkPort> service = context.registerService(NetworkPort.class, port, properties(device));
        return () -> {
            try {
                service.unregister(); // who uses it lets go before this returns
            } catch (IllegalStateException e) {
                // the framework was faster: this bundle is stopping
            } finally {
                port.close();
            }
        };
    }

    private static Dictionary<String, Object> properties(DeviceProxy device) {
        Dictionary<String, Object> p = new Hashtable<>();
        p.put(NetworkPort.GUEST, device.guest());
        p.put(NetworkPort.BUS, device.bus());
        p.put(NetworkPort.DEVICE, device.device());
        return p;
    }
}
