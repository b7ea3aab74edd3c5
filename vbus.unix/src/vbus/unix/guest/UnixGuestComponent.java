// SPDX-License-Identifier: Apache-2.0
package vbus.unix.guest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
import vbus.api.driver.BusPort;

/// This container as a guest of a bus in another process: a configuration `vbus.unix.guest~NAME`.
@Component(service = {}, configurationPid = UnixGuestComponent.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = UnixGuestComponent.Config.class, factory = true)
public final class UnixGuestComponent {

    static final String PID = "vbus.unix.guest";

    private static final Duration FOR_EVER = Duration.ofDays(365);

    /// Where the bus is.
    @ObjectClassDefinition(name = "Guest of a bus in another process", description = "Attaches to the socket of its host")
    public @interface Config {

        @AttributeDefinition(description = "Path of the host's socket")
        String socket();

        @AttributeDefinition(description = "Name among the guests of the socket; empty: the configuration's name", required = false)
        String name() default "";

        @AttributeDefinition(description = "Calls that can be on their way at the same time")
        int slots() default 2;

        @AttributeDefinition(description = "Microseconds to look for an answer before sleeping")
        int spin() default 50;
    }

    private final BundleContext context;
    private final UnixGuest guest;
    private ServiceRegistration<BusPort> port; // guarded by this
    private boolean stopped; // guarded by this

    /// Errors: IllegalArgumentException when the configuration can not be served.
    @Activate
    public UnixGuestComponent(BundleContext context, Config config, Map<String, Object> properties) throws IOException {
        this.context = context;
        String pid = (String) properties.get(Constants.SERVICE_PID);
        String name = pid.substring(pid.indexOf('~') + 1);
        if (config.socket() == null) {
            throw new IllegalArgumentException("guest %s: want the path of a socket".formatted(name));
        }
        var options = new UnixGuest.Options(config.name().isBlank() ? name : config.name(), config.slots(), config.spin());
        guest = new UnixGuest(Path.of(config.socket()), options);
        Thread.ofPlatform().daemon().name("vbus guest " + name + " waits").start(this::publish);
    }

    /// The drivers' side can be shown once the host has told the bus's name.
    private void publish() {
        try {
            if (guest.awaitAttached(FOR_EVER)) {
                show();
            }
        } catch (InterruptedException e) {
            // nobody has a reason to
        }
    }

    private synchronized void show() {
        if (!stopped) {
            Dictionary<String, Object> p = new Hashtable<>(Map.of("vbus.bus", guest.bus(), "vbus.guest", guest.guest()));
            port = context.registerService(BusPort.class, guest, p);
        }
    }

    @Deactivate
    void stop() {
        synchronized (this) {
            stopped = true;
        }
        if (port != null) {
            port.unregister(); // the drivers are off their devices after this
        }
        guest.close();
    }
}
