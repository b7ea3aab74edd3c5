// SPDX-License-Identifier: Apache-2.0
package vbus.shell;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import vbus.api.view.Inventory;
import vbus.api.view.Inventory.BusView;
import vbus.api.view.Inventory.DeviceView;
import vbus.api.view.Inventory.OfferView;

/// Compares what is configured with what is there.
final class Lab {

    private final Inventory inventory;

    Lab(Inventory inventory) {
        this.inventory = inventory;
    }

    /// What is configured and not there yet; empty when the lab is ready.
    /// @param settings the configurations: factory PID, name and properties
    List<String> missing(List<Setting> settings) {
        List<DeviceView> devices = inventory.devices();
        List<String> guests = inventory.guests().stream().map(g -> g.bus() + "/" + g.name()).toList();
        return settings.stream().filter(s -> !switch (s.factory()) {
            case "vbus.bus" -> inventory.buses().stream().anyMatch(b -> b.name().equals(s.name()));
            case "vbus.link" -> devices.stream().anyMatch(d -> d.name().equals(s.get("device")) && d.state().equals("up")
                && d.buses().contains(s.get("bus")));
            case "vbus.local.guest", "vbus.vhost.socket" -> guests.contains(s.get("bus") + "/" + s.name());
            default -> true;
        }).map(s -> s.factory() + "~" + s.name()).toList();
    }

    /// A few lines: what is there, and what to try next.
    String summary(List<Setting> settings, String readyAfter) {
        var text = new StringBuilder("vbus is ready, ").append(readyAfter).append(" after its start\n");
        for (BusView bus : inventory.buses()) {
            Map<String, List<OfferView>> byDevice = bus.offers().stream().collect(Collectors.groupingBy(OfferView::device));
            text.append("  bus ").append(bus.name()).append(": ").append(byDevice.entrySet().stream()
                .map(e -> e.getKey() + " (" + e.getValue().stream().map(OfferView::type).collect(Collectors.joining(", ")) + ")")
                .collect(Collectors.joining(", "))).append('\n');
        }
        text.append("  Java guests: ").append(names(settings, "vbus.local.guest", Setting::name)).append('\n');
        text.append("  sockets for VMs: ").append(names(settings, "vbus.vhost.socket", s -> s.get("path"))).append('\n');
        return text.append("""
            try  host:ping                 the Java guests ping each other through the switch
                 vbus:buses                what is on the bus; also devices, classes, guests, drivers, events
                 vbus:show lan0            ports, counters and addresses of the switch
                 vbus:capture lan0 run/lan0.pcapng
                                           its frames in a file for Wireshark
                 ./vbus vm                 in another terminal: a Linux VM on lan0, two of them ping each other
                 cp vbus.example.echo/generated/*.jar vbus.launch/load/
                                           a new device class; then vbus:create example.echo echo0, vbus:link echo0 lab"""
        ).toString();
    }

    private static String names(List<Setting> settings, String factory, Function<Setting, String> what) {
        return settings.stream().filter(s -> s.factory().equals(factory)).map(what).sorted().collect(Collectors.joining(" "));
    }

    /// A configuration.
    ///
    /// @param factory its factory PID
    /// @param name of the configuration
    /// @param properties its settings
    record Setting(String factory, String name, Map<String, Object> properties) {

        String get(String key) {
            return String.valueOf(properties.get(key));
        }
    }
}
