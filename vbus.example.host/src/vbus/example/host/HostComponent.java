// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;
import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import vbus.venet.api.NetworkPort;

/// Puts a host on each network port of one guest: the factory configuration `vbus.example.host~NAME`.
/// Immediate: its work is to answer the network, not to be called.
@Component(service = HostView.class, immediate = true, configurationPid = "vbus.example.host", configurationPolicy = REQUIRE)
@Designate(ocd = HostComponent.Config.class, factory = true)
public final class HostComponent implements HostView {

    private static final System.Logger LOG = System.getLogger("vbus.example.host");

    private final String guest;
    private final Ipv4 address;
    private final List<Integer> targets;
    private final Map<NetworkPort, Host> hosts = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock; // a port has no clock; one thread pings for all hosts of this component

    /// What a user may set.
    @ObjectClassDefinition(name = "IPv4 host", description = "A host on the network ports of a Java guest.")
    public @interface Config {

        @AttributeDefinition(description = "Name of the guest.")
        String guest();

        @AttributeDefinition(description = "Address and prefix, as in 10.77.0.101/24.")
        String address();

        @AttributeDefinition(required = false, description = "Neighbours to ping once a second, as in 10.77.0.102.")
        String[] ping() default {};
    }

    /// Errors: IllegalArgumentException for a configuration that can not be served.
    @Activate
    public HostComponent(Config config) {
        if (config.guest() == null || config.guest().isBlank()) {
            throw new IllegalArgumentException("host %s of no guest: want guest=NAME".formatted(config.address()));
        }
        guest = config.guest();
        address = Ipv4.parse(config.address());
        targets = Stream.of(config.ping()).filter(p -> !p.isBlank()).map(Ipv4::address).toList();
        clock = targets.isEmpty() ? null
            : Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("host " + address).factory());
        if (clock != null) {
            clock.scheduleAtFixedRate(this::ping, 1, 1, TimeUnit.SECONDS);
        }
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC)
    void addPort(NetworkPort port, Map<String, Object> properties) {
        if (guest.equals(properties.get(NetworkPort.GUEST))) { // which guest is only known from the configuration
            Host host = new Host(port, address, targets, System::nanoTime);
            hosts.put(port, host);
            host.start();
        }
    }

    void removePort(NetworkPort port) {
        Host host = hosts.remove(port);
        if (host != null) {
            host.close();
        }
    }

    @Deactivate
    void stop() {
        if (clock != null) {
            clock.shutdownNow();
        }
        hosts.keySet().forEach(this::removePort);
    }

    private void ping() {
        try {
            hosts.values().forEach(Host::ping);
        } catch (RuntimeException e) { // would end the clock
            LOG.log(System.Logger.Level.WARNING, "host " + address + " can not ping", e);
        }
    }

    @Override
    public List<PingStatus> pings() {
        return hosts.values().stream().flatMap(h -> h.status(guest).stream()).toList();
    }
}
