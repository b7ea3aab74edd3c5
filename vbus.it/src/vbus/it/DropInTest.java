// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.dictionary.Dictionaries;
import org.osgi.test.junit5.context.BundleContextExtension;
import vbus.api.driver.BoundDriver;
import vbus.api.driver.DeviceProxy;
import vbus.api.driver.Driver;

/// What the product promises on its card, seen through service references only.
@ExtendWith(BundleContextExtension.class)
class DropInTest {

    private static final String CLASS = "vbus.api.DeviceClass";
    private static final String PROXY = DeviceProxy.class.getName();

    @InjectBundleContext
    BundleContext context;
    private final Container container = Container.empty();

    @BeforeEach
    void bus() {
        container.configure("vbus.bus~lab");
        container.configure("vbus.local.guest~alice", "bus=lab");
    }

    @AfterEach
    void clear() {
        container.clear();
    }

    @Test
    void shouldShowADeviceClassThenAProxyThenProbeTheDriverAndRemoveAll() {
        var probed = new AtomicInteger();
        var removed = new AtomicInteger();
        ServiceRegistration<Driver> driver = context.registerService(Driver.class, _ -> {
            probed.incrementAndGet();
            return removed::incrementAndGet;
        }, Dictionaries.dictionaryOf("vbus.driver.type", "echo", "vbus.driver.filter", "(vbus.device=echo0)"));
        try {
            container.drop("vbus.example.echo");
            container.await("device class", () -> container.count(CLASS, "(vbus.type=echo)") == 1);
            assertEquals("vbus.example.echo", container.references(CLASS, "(vbus.type=echo)").getFirst().getBundle().getSymbolicName());
            assertEquals(0, container.count(PROXY, "(vbus.type=echo)"), "no device yet");

            container.configure("vbus.example.echo~echo0");
            container.configure("vbus.link~echo0", "bus=lab", "device=echo0");
            container.await("device proxy", () -> container.count(PROXY, "(&(vbus.type=echo)(vbus.device=echo0)(vbus.guest=alice))") == 1);
            container.await("probe", () -> probed.get() == 1);

            container.unconfigure("vbus.example.echo~echo0");
            container.await("no device proxy", () -> container.count(PROXY, "(vbus.type=echo)") == 0);
            assertEquals(1, removed.get());
            container.remove("vbus.example.echo.jar");
            container.await("no device class", () -> container.count(CLASS, "(vbus.type=echo)") == 0);
        } finally {
            driver.unregister();
        }
    }

    @Test
    void shouldProbeADriverThatArrivesAfterTheDevice() {
        container.drop("vbus.example.echo");
        container.configure("vbus.example.echo~echo1");
        container.configure("vbus.link~echo1", "bus=lab", "device=echo1");
        container.await("device proxy", () -> container.count(PROXY, "(vbus.device=echo1)") == 1);
        var removed = new AtomicInteger();
        Driver late = _ -> new BoundDriver() {
            @Override
            public void remove() {
                removed.incrementAndGet();
            }
        };
        var registration = context.registerService(Driver.class, late, Dictionaries.dictionaryOf("vbus.driver.type", "echo"));
        container.await("proxy with its driver", () -> container.count(PROXY, "(&(vbus.device=echo1)(vbus.driver=*))") == 1);

        registration.unregister();

        assertEquals(1, removed.get(), "a driver that goes is taken off its devices first");
        assertEquals(1, container.count(PROXY, "(&(vbus.device=echo1)(!(vbus.driver=*)))"));
    }
}
