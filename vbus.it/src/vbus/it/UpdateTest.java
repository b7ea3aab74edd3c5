// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import vbus.api.driver.DeviceProxy;
import vbus.venet.protocol.VirtualEthernet;

/// A device bundle is updated under load: nothing is lost, nothing else restarts, nothing of the old code stays.
class UpdateTest {

    private static final String DEVICE_BUNDLE = "vbus.venet";
    private static final String REVISION_FILE = "vbus/venet/revision.properties";

    private final Container container = Container.empty();
    private FrameExchange exchange;

    @BeforeEach
    void begin() {
        exchange = FrameExchange.start(container);
    }

    @AfterEach
    void end() {
        exchange.close();
        container.clear();
    }

    @Test
    void shouldLoseNoFrameInTwentyUpdates() {
        for (int revision = 101; revision <= 120; revision++) {
            exchange.awaitMore(200);
            update(revision);
        }
        exchange.awaitMore(1000);

        exchange.assertPerfect();
    }

    @Test
    void shouldRestartNothingElseAndLeaveNothingOfTheOldCode() {
        Map<String, String> before = components();
        WeakReference<ClassLoader> old = oldCode();

        update(201);
        exchange.awaitMore(1000);

        assertEquals(before, components(), "component configurations outside the device bundle, with their ids");
        container.await("an old class loader that is collected", Duration.ofSeconds(20), () -> {
            System.gc();
            return old.get() == null ? Boolean.TRUE : null;
        });
        exchange.assertPerfect();
    }

    @Test
    void shouldDependOnNobodyButTheContracts() {
        Bundle device = deviceBundle();

        var closure = device.getBundleContext().getBundle(0).adapt(FrameworkWiring.class).getDependencyClosure(Arrays.asList(device));

        assertEquals(Arrays.asList(device), Arrays.asList(closure.toArray()), "what an update of the bundle refreshes");
    }

    /// Drops another revision of the bundle, and waits until a guest is told of it on the session that it has.
    private void update(int revision) {
        container.drop(TestJar.changed(container.jar(DEVICE_BUNDLE), REVISION_FILE,
            _ -> ("revision=" + revision + "\n").getBytes(StandardCharsets.UTF_8), revision), DEVICE_BUNDLE + ".jar");
        DeviceProxy device = container.awaitService(DeviceProxy.class, "(&(vbus.guest=alice)(vbus.type=virtual-ethernet))");
        container.await("revision " + revision, () -> device.call(VirtualEthernet.REVISION, MemorySegment.NULL) == revision);
    }

    private Bundle deviceBundle() {
        return Arrays.stream(container.context.getBundles()).filter(b -> DEVICE_BUNDLE.equals(b.getSymbolicName())).findFirst()
            .orElseThrow();
    }

    private WeakReference<ClassLoader> oldCode() {
        ClassLoader loader = deviceBundle().adapt(BundleWiring.class).getClassLoader();
        assertTrue(loader != null, "the device bundle has no class loader yet");
        return new WeakReference<>(loader);
    }

    /// Every component configuration outside the device bundle: an id changes when it is made anew.
    private Map<String, String> components() {
        var runtime = container.service(ServiceComponentRuntime.class);
        Map<String, String> all = new TreeMap<>();
        runtime.getComponentDescriptionDTOs().stream().filter(d -> !d.bundle.symbolicName.equals(DEVICE_BUNDLE))
            .flatMap(d -> runtime.getComponentConfigurationDTOs(d).stream())
            .forEach(c -> all.put(c.description.name + " " + c.properties.get("service.pid"), c.id + " state " + c.state));
        return all;
    }
}
