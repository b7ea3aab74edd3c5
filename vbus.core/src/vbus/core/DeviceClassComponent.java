// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.Arrays;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import vbus.api.Device;
import vbus.api.DeviceClass;

/// Shows each component that is marked as a device model as a [DeviceClass] service of its bundle.
///
/// The runtime of the components changes its service properties when a description comes or goes: that is the trigger.
@Component(service = {}, immediate = true)
public final class DeviceClassComponent {

    private final BundleContext context;
    private final Map<Key, ServiceRegistration<DeviceClass>> shown = new HashMap<>();
    private boolean stopped;

    private record Key(long bundle, long lastModified, String name) { }

    private record Described(String name, List<String> types) implements DeviceClass { }

    @Activate
    public DeviceClassComponent(BundleContext context) {
        this.context = context;
    }

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY, updated = "changed")
    void runtime(ServiceComponentRuntime runtime) {
        changed(runtime);
    }

    void unruntime(ServiceComponentRuntime runtime) { }

    synchronized void changed(ServiceComponentRuntime runtime) {
        if (stopped) {
            return;
        }
        shown.values().removeIf(DeviceClassComponent::isStale);
        Set<Key> seen = new HashSet<>();
        for (ComponentDescriptionDTO d : runtime.getComponentDescriptionDTOs()) {
            if (d.properties.get(DeviceClass.TYPE) instanceof String[] types
                && Arrays.asList(d.serviceInterfaces).contains(Device.class.getName())) {
                Bundle bundle = context.getBundle(d.bundle.id);
                Key key = new Key(d.bundle.id, d.bundle.lastModified, d.configurationPid[0]);
                if (bundle != null && seen.add(key) && !shown.containsKey(key)) {
                    show(bundle, key, List.of(types));
                }
            }
        }
        shown.entrySet().removeIf(e -> !seen.contains(e.getKey()) && unregister(e.getValue()));
    }

    private void show(Bundle bundle, Key key, List<String> types) {
        BundleContext owner = bundle.getBundleContext();
        if (owner == null) {
            return; // it is not active
        }
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(DeviceClass.CLASS, key.name());
        properties.put(DeviceClass.TYPE, types.toArray(String[]::new));
        try {
            shown.put(key, owner.registerService(DeviceClass.class, new Described(key.name(), types), properties));
        } catch (IllegalStateException e) {
            // it stops at this moment: its descriptions go next
        }
    }

    /// True when its bundle stopped, and may have started again since.
    private static boolean isStale(ServiceRegistration<DeviceClass> registration) {
        try {
            registration.getReference();
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    private static boolean unregister(ServiceRegistration<DeviceClass> registration) {
        try {
            registration.unregister();
        } catch (IllegalStateException e) {
            return true; // its bundle stopped, and the registration with it
        }
        return true;
    }

    @Deactivate
    synchronized void stop() {
        stopped = true;
        shown.values().forEach(DeviceClassComponent::unregister);
        shown.clear();
    }
}
