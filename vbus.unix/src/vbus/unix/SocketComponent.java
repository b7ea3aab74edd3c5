// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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
import vbus.unix.protocol.Message;

/// A configuration `vbus.unix.socket~NAME` as a connector on the whiteboard.
///
/// It registers the service itself: the property that names the bus is not one of its configuration.
@Component(service = {}, configurationPid = SocketComponent.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SocketComponent.Config.class, factory = true)
public final class SocketComponent {

    static final String PID = "vbus.unix.socket";

    /// What a socket serves.
    @ObjectClassDefinition(name = "Socket for guest processes", description = "Each process that connects is a guest of the bus")
    public @interface Config {

        @AttributeDefinition(description = "Name of the bus")
        String bus();

        @AttributeDefinition(description = "Path of the socket, at most 107 bytes; its folder exists")
        String path();

        @AttributeDefinition(description = "Who may connect: octal, as of chmod")
        String mode() default "0660";

        @AttributeDefinition(description = "Ids of the users who may attach, with commas between; none: whoever the mode lets",
            required = false)
        String users() default "";

        @AttributeDefinition(description = "Guests at the same time, at most")
        int guests() default 256;

        @AttributeDefinition(description = "Microseconds that a call slot is looked at before its thread sleeps")
        int spin() default 50;
    }

    private final ServiceRegistration<Connector> registration;

    /// Errors: IllegalArgumentException when the configuration can not be served.
    @Activate
    public SocketComponent(BundleContext context, Config config, Map<String, Object> properties) {
        String pid = (String) properties.get(Constants.SERVICE_PID);
        String name = pid.substring(pid.indexOf('~') + 1);
        if (config.bus() == null || config.path() == null) {
            throw new IllegalArgumentException("unix socket %s: want bus and path".formatted(name));
        }
        Set<Integer> users = users(name, config.users());
        var endpoint = new Endpoint(name, Path.of(config.path()), config.mode(), users, config.guests(), config.spin(),
            Message.PATIENCE_MILLIS);
        Dictionary<String, Object> bus = new Hashtable<>(Map.of(Connector.BUS, config.bus(), Constants.SERVICE_PID, pid));
        registration = context.registerService(Connector.class, new UnixConnector(endpoint), bus);
    }

    private static Set<Integer> users(String name, String list) {
        try {
            return Arrays.stream(list.split(",")).map(String::strip).filter(id -> !id.isEmpty()).map(Integer::valueOf)
                .collect(Collectors.toSet());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("unix socket %s: users '%s': want ids with commas between, for example 0,1000"
                .formatted(name, list));
        }
    }

    @Deactivate
    void leave() {
        registration.unregister(); // the bus answers with Connector.leave
    }
}
