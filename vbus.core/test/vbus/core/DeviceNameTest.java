// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.ComponentServiceObjects;
import vbus.api.Device;
import vbus.api.view.Inventory.DeviceView;

/// Two devices of one name, whose services come and go at any moment.
class DeviceNameTest {

    private BackplaneComponent component;

    @BeforeEach
    void begin() throws IOException {
        final ConfigurationAdmin none = (ConfigurationAdmin) Proxy.newProxyInstance(getClass().getClassLoader(),
            new Class<?>[] {ConfigurationAdmin.class}, (_, _, _) -> null);
        component = new BackplaneComponent(new EventJournal(), none, new ComponentFailures(null));
    }

    @AfterEach
    void end() {
        component.stop();
    }

    /// A device's service; `meanwhile` runs when its component is activated.
    private static final class Service implements ComponentServiceObjects<Device> {
        private final ServiceReference<Device> reference;
        Runnable meanwhile = () -> { };

        @SuppressWarnings("unchecked")
        Service(String pid) {
            reference = (ServiceReference<Device>) Proxy.newProxyInstance(Service.class.getClassLoader(),
                new Class<?>[] {ServiceReference.class}, (self, method, arguments) -> switch (method.getName()) {
                    case "getProperties" -> new Hashtable<>(Map.of("service.pid", pid));
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == arguments[0];
                    default -> null;
                });
        }

        @Override
        public Device getService() {
            meanwhile.run();
            return _ -> List.of();
        }

        @Override
        public void ungetService(Device service) { }

        @Override
        public ServiceReference<Device> getServiceReference() {
            return reference;
        }
    }

    private List<String> devices() {
        return component.devices().stream().map(DeviceView::deviceClass).toList();
    }

    @Test
    void shouldGiveAFreeNameToTheOneThatWantedIt() {
        final Service first = new Service("a~x");
        final Service second = new Service("b~x");
        component.addDevice(first);
        component.addDevice(second);
        assertEquals(List.of("a"), devices());

        component.removeDevice(first);

        assertEquals(List.of("b"), devices());
    }

    @Test
    void shouldForgetOneThatLeavesWhileItGetsTheName() {
        final Service first = new Service("a~x");
        final Service second = new Service("b~x");
        component.addDevice(first);
        component.addDevice(second);
        second.meanwhile = () -> component.removeDevice(second); // as another thread does at that moment

        component.removeDevice(first);

        assertEquals(List.of(), devices());
    }
}
