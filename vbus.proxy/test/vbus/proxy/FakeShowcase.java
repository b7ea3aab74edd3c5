// SPDX-License-Identifier: Apache-2.0
package vbus.proxy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// What would be services: the proxies that are shown, each with its driver, and what is told. Filters are `id=N`.
final class FakeShowcase implements ProxyBus.Showcase {

    final Map<String, String> shown = new ConcurrentHashMap<>();
    final List<String> warnings = new CopyOnWriteArrayList<>();
    volatile boolean stopped;

    @Override
    public ProxyBus.Shown show(ProxyDevice device) {
        String name = device.device();
        shown.put(name, "");
        return new ProxyBus.Shown() {
            @Override
            public boolean matches(String filter) {
                if (!filter.isEmpty() && !filter.startsWith("id=")) {
                    throw new IllegalArgumentException(filter + " is no filter");
                }
                return filter.isEmpty() || filter.equals("id=" + device.id());
            }

            @Override
            public void driver(String driver) {
                if (stopped) {
                    throw new IllegalStateException("the bundle stopped");
                }
                shown.put(name, driver == null ? "" : driver);
            }

            @Override
            public void end() {
                shown.remove(name);
                if (stopped) {
                    throw new IllegalStateException("the bundle stopped");
                }
            }
        };
    }

    @Override
    public void warn(String message, Throwable cause) {
        warnings.add(message);
    }
}
