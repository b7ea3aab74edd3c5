// SPDX-License-Identifier: Apache-2.0
package vbus.shell;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import vbus.api.DeviceClass;
import vbus.api.driver.DeviceProxy;
import vbus.api.driver.Driver;
import vbus.api.view.Event;
import vbus.api.view.Inventory;
import vbus.api.view.Journal;
import vbus.api.view.Tables;

/// Commands that show what is there.
@Component(service = ViewCommands.class)
@GogoCommand(scope = "vbus", function = {"buses", "devices", "classes", "guests", "drivers", "events", "show"})
public final class ViewCommands {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

    private final Inventory inventory;
    private final Journal journal;
    private final BundleContext context;

    @Reference
    private volatile List<Tables> tables;

    @Activate
    public ViewCommands(BundleContext context, @Reference Inventory inventory, @Reference Journal journal) {
        this.context = context;
        this.inventory = inventory;
        this.journal = journal;
    }

    @Descriptor("shows the buses, what is on them and who")
    public String buses() {
        Table t = new Table("BUS", "ID", "TYPE", "DEVICE", "GUESTS");
        for (var bus : inventory.buses()) {
            if (bus.offers().isEmpty()) {
                t.row(bus.name(), "-", "-", "-", String.join(" ", bus.guests()));
            }
            bus.offers().forEach(o -> t.row(bus.name(), o.id(), o.type() + " v" + o.version(), o.device(), String.join(" ", bus.guests())));
        }
        return t.or("no bus: create one by a configuration vbus.bus~NAME");
    }

    @Descriptor("shows the devices")
    public String devices() {
        Table t = new Table("DEVICE", "CLASS", "STATE", "BUSES");
        inventory.devices().forEach(d -> t.row(d.name(), d.deviceClass(), d.state(), String.join(" ", d.buses())));
        return t.or("no device: vbus:create CLASS NAME");
    }

    @Descriptor("shows the device classes that can be made")
    public String classes() throws InvalidSyntaxException {
        Table t = new Table("CLASS", "TYPES", "BUNDLE");
        for (ServiceReference<DeviceClass> r : references(DeviceClass.class)) {
            t.row(r.getProperty(DeviceClass.CLASS), String.join(" ", (String[]) r.getProperty(DeviceClass.TYPE)),
                r.getBundle().getSymbolicName() + " " + r.getBundle().getVersion());
        }
        return t.or("no device class: copy a device bundle into load/");
    }

    @Descriptor("shows the guests and their sessions")
    public String guests() {
        Table t = new Table("BUS", "GUEST", "MEMORY", "SESSION", "STATE", "COUNTERS");
        for (var g : inventory.guests()) {
            String memory = (g.memoryBytes() + 1023) / 1024 + " KiB";
            if (g.sessions().isEmpty()) {
                t.row(g.bus(), g.name(), memory, "-", "-", "-");
            }
            g.sessions().forEach(s -> t.row(g.bus(), g.name(), memory, s.device() + " " + s.type(),
                s.state() + (s.reason().isEmpty() ? "" : ": " + s.reason()), new TreeMap<>(s.counters())));
        }
        return t.or("no guest");
    }

    @Descriptor("shows the drivers and what they drive")
    public String drivers() throws InvalidSyntaxException {
        Table t = new Table("DRIVER", "TYPE", "GUEST", "DEVICE");
        var proxies = references(DeviceProxy.class);
        for (ServiceReference<Driver> d : references(Driver.class)) {
            Object name = d.getProperty("component.name");
            Object type = d.getProperty("vbus.driver.type");
            var mine = proxies.stream().filter(p -> name.equals(p.getProperty("vbus.driver"))).toList();
            if (mine.isEmpty()) {
                t.row(name, type, "-", "-");
            }
            mine.forEach(p -> t.row(name, type, p.getProperty("vbus.guest"), p.getProperty("vbus.device")));
        }
        return t.or("no driver");
    }

    @Descriptor("shows the last 20 events")
    public String events() {
        return events(20);
    }

    @Descriptor("shows the last events")
    public String events(@Descriptor("how many") int max) {
        Table t = new Table("TIME", "EVENT", "OF", "");
        for (Event e : journal.last(max)) {
            t.row(TIME.format(e.time()), e.kind(), e.subject(), e.message().lines().findFirst().orElse(""));
        }
        return t.or("nothing happened yet");
    }

    @Descriptor("shows the devices that show tables")
    public String show() {
        Table t = new Table("DEVICE", "TABLE", "");
        tables.stream().sorted(Comparator.comparing(Tables::device)).forEach(d -> d.tables().forEach(
            table -> t.row(d.device(), table.name(), table.description())));
        return t.or("no device shows a table");
    }

    @Descriptor("shows what a device tells of itself: show DEVICE")
    public String show(String device) {
        return of(device).stream().map(t -> t.name() + ": " + t.description() + "\n" + text(t)).collect(Collectors.joining("\n\n"));
    }

    @Descriptor("shows a table of a device: show DEVICE TABLE")
    public String show(String device, String table) {
        List<Tables.Table> all = of(device);
        return text(all.stream().filter(t -> t.name().equals(table)).findFirst().orElseThrow(() -> new IllegalArgumentException(
            "%s has no table '%s': its tables are %s".formatted(device, table, all.stream().map(Tables.Table::name).toList()))));
    }

    private List<Tables.Table> of(String device) {
        return tables.stream().filter(t -> t.device().equals(device)).findFirst().orElseThrow(() -> new IllegalArgumentException(
            "no device '%s' shows tables: vbus:show names those that do".formatted(device))).tables();
    }

    private static String text(Tables.Table table) {
        Table t = new Table(table.columns().stream().map(ViewCommands::head).toArray(String[]::new));
        table.rows().forEach(r -> t.row(r.toArray()));
        return t.or("empty");
    }

    /// `framesIn` is shown as FRAMES IN.
    private static String head(String column) {
        return column.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toUpperCase(Locale.ROOT);
    }

    private <T> List<ServiceReference<T>> references(Class<T> type) throws InvalidSyntaxException {
        List<ServiceReference<T>> all = new ArrayList<>(context.getServiceReferences(type, null));
        all.sort(Comparator.comparing(ServiceReference::toString));
        return all;
    }
}
