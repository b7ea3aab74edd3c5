// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;
import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;

import java.io.IOException;
import java.util.HexFormat;
import java.util.Map;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import vbus.shm.linux.Tap;
import vbus.shm.linux.TapSettings;
import vbus.venet.api.NetworkPort;

/// Gives Linux a network port as an interface: the factory configuration `vbus.venet.bridge~NAME`.
///
/// The TAP is there as long as the configuration; it has a carrier while the port is.
/// Threads: any; ports come and go one at a time.
@Component(service = {}, configurationPid = BridgeComponent.PID, configurationPolicy = REQUIRE)
@Designate(ocd = BridgeComponent.Config.class, factory = true)
public final class BridgeComponent {

    static final String PID = "vbus.venet.bridge";

    private static final System.Logger LOG = System.getLogger("vbus.venet.bridge");
    private static final int HEAD_BYTES = 14 + 4; // with a VLAN tag

    private final String name;
    private final String wanted;
    private final boolean portsMac;
    private final Tap tap;
    private NetworkPort port; // guarded by this, as is the bridge
    private Bridge bridge;

    /// What a user may set.
    @ObjectClassDefinition(name = "TAP bridge of a network port",
        description = "Shows a guest's virtual ethernet to Linux as a network interface, a TAP.")
    public @interface Config {

        @AttributeDefinition(description = "The network port: guest/device, as in alice/lan0.")
        String port();

        @AttributeDefinition(description = "Name of the TAP. Without privilege root makes it first: "
            + "ip tuntap add dev NAME mode tap user USER")
        String interface$();

        @AttributeDefinition(required = false, description = "MTU in bytes; 0 leaves it as it is. To change it takes privilege.")
        int mtu() default 0;

        @AttributeDefinition(required = false, description = "MAC address of the interface; none: the port's.")
        String mac() default "";

        @AttributeDefinition(required = false, description = "Have Linux use the interface. To change it takes privilege.")
        boolean up() default true;
    }

    /// Errors: IllegalArgumentException for a configuration that can not be served; IOException when the TAP can not be had.
    @Activate
    public BridgeComponent(Config config, Map<String, Object> properties) throws IOException {
        final String pid = (String) properties.get(Constants.SERVICE_PID);
        name = pid.substring(pid.indexOf('~') + 1);
        wanted = config.port() == null ? "" : config.port().strip();
        if (!wanted.matches("[^/]+(/[^/]+)+")) {
            throw new IllegalArgumentException("bridge %s of port '%s': want port=GUEST/DEVICE".formatted(name, wanted));
        }
        final TapSettings settings = new TapSettings(config.interface$(), config.mtu(), config.mac(), config.up());
        portsMac = settings.mac().isEmpty();
        tap = settings.open(false);
        tap.carrier(false);
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC)
    synchronized void addPort(NetworkPort candidate, Map<String, Object> properties) {
        final String label = properties.get(NetworkPort.GUEST) + "/" + properties.get(NetworkPort.DEVICE);
        if (bridge != null || !wanted.equals(label)) { // which port is only known from the configuration
            return;
        }
        try {
            if (portsMac) {
                tap.mac(candidate.mac());
            }
            final int most = candidate.maxFrameBytes() - HEAD_BYTES;
            if (tap.mtu() > most) {
                tap.mtu(most);
            }
            bridge = new Bridge(name, candidate, tap).start();
            port = candidate;
            LOG.log(System.Logger.Level.INFO, "interface {0} is {1}, address {2}", tap.name(), wanted,
                HexFormat.ofDelimiter(":").formatHex(tap.mac()));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "bridge " + name + " of " + wanted + ": " + e.getMessage(), e);
        }
    }

    synchronized void removePort(NetworkPort gone) {
        if (port == gone) {
            bridge.close();
            bridge = null;
            port = null;
        }
    }

    @Deactivate
    synchronized void stop() {
        if (port != null) {
            removePort(port);
        }
        tap.close();
    }
}
