// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import vbus.api.connector.Connector;

/// A configuration `vbus.vhost.socket~NAME` as a connector on the whiteboard.
///
/// It registers the service itself: the property that names the bus is not one of its configuration.
@Component(service = {}, configurationPid = SocketComponent.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SocketComponent.Config.class, factory = true)
public final class SocketComponent {

    static final String PID = "vbus.vhost.socket";

    /// What a socket serves.
    @ObjectClassDefinition(name = "vhost-user socket", description = "One virtio device of one guest, behind a UNIX socket")
    public @interface Config {

        @AttributeDefinition(description = "Name of the bus")
        String bus();

        @AttributeDefinition(description = "Name of the device; it must offer a virtio interface on the bus")
        String device();

        @AttributeDefinition(description = "Path of the socket, at most 107 bytes; its folder exists")
        String path();

        @AttributeDefinition(description = "Who may connect: octal, as of chmod")
        String mode() default "0660";

        @AttributeDefinition(description = "Name of the guest on the bus; empty: the configuration's name", required = false)
        String guest() default "";
    }

    private final ServiceRegistration<Connector> registration;

    /// Errors: IllegalArgumentException when the configuration can not be served.
    @Activate
    public SocketComponent(BundleContext context, Config config, Map<String, Object> properties) {
        String pid = (String) properties.get(Constants.SERVICE_PID);
        String name = pid.substring(pid.indexOf('~') + 1);
        if (config.bus() == null || config.device() == null || config.path() == null) {
            throw new IllegalArgumentException("vhost-user socket %s: want bus, device and path".formatted(name));
        }
        String guest = config.guest().isBlank() ? name : config.guest();
        var endpoint = new Endpoint(name, config.device(), Path.of(config.path()), config.mode(), guest);
        Dictionary<String, Object> bus = new Hashtable<>(Map.of(Connector.BUS, config.bus(), Constants.SERVICE_PID, pid));
        registration = context.registerService(Connector.class, new VhostConnector(endpoint), bus);
    }

    @Deactivate
    void leave() {
        registration.unregister(); // the bus answers with Connector.leave
    }
}
