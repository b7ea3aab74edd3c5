// SPDX-License-Identifier: Apache-2.0
package vbus.shell;

import java.io.IOException;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import vbus.api.DeviceClass;
import vbus.api.view.Event;
import vbus.api.view.Inventory;
import vbus.api.view.Inventory.BusView;
import vbus.api.view.Inventory.DeviceView;
import vbus.api.view.Journal;

/// Commands that change configurations: what they make is what a dropped `.cfg` makes.
@Component(service = ChangeCommands.class)
@GogoCommand(scope = "vbus", function = {"create", "remove", "link", "unlink"})
public final class ChangeCommands {

    private static final String LINK = "vbus.link";
    private static final Pattern NAME = Pattern.compile("\\w[\\w.-]*");
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final BundleContext context;
    private final ConfigurationAdmin configurations;
    private final Inventory inventory;
    private final Journal journal;

    @Activate
    public ChangeCommands(BundleContext context, @Reference ConfigurationAdmin configurations, @Reference Inventory inventory,
        @Reference Journal journal) {
        this.journal = journal;
        this.context = context;
        this.configurations = configurations;
        this.inventory = inventory;
    }

    @Descriptor("makes a device: create CLASS NAME [KEY=VALUE ...]")
    public String create(String deviceClass, String name, String... settings) throws IOException, InvalidSyntaxException {
        name(name);
        String factory = deviceClass.startsWith("vbus.") ? deviceClass : "vbus." + deviceClass;
        Set<String> classes = classes();
        require(classes.contains(factory), "there is no device class '%s': the device classes are %s".formatted(factory, classes));
        require(inventory.devices().stream().map(DeviceView::name).noneMatch(name::equals),
            "the name '%s' is taken: vbus:devices shows all".formatted(name));
        Dictionary<String, Object> properties = new Hashtable<>();
        for (String s : settings) {
            int at = s.indexOf('=');
            require(at > 0, "'%s' is no setting: want KEY=VALUE".formatted(s));
            properties.put(s.substring(0, at), s.substring(at + 1));
        }
        apply(configurations.getFactoryConfiguration(factory, name, "?"), properties,
            () -> inventory.devices().stream().anyMatch(d -> d.name().equals(name) && d.state().equals("up")));
        return "device " + name + " of class " + factory;
    }

    @Descriptor("removes a device and its links: remove NAME")
    public String remove(String name) throws IOException, InvalidSyntaxException {
        String factory = inventory.devices().stream().filter(d -> d.name().equals(name)).map(DeviceView::deviceClass).findFirst()
            .orElse(null);
        require(factory != null, "there is no device '%s': vbus:devices shows all".formatted(name));
        for (Configuration c : list("(&(service.factoryPid=" + LINK + ")(device=" + name + "))")) {
            c.delete();
        }
        for (Configuration c : list("(service.pid=" + factory + "~" + name + ")")) {
            c.delete();
        }
        return "removed device " + name;
    }

    @Descriptor("puts a device on a bus: link DEVICE BUS")
    public String link(String device, String bus) throws IOException {
        require(inventory.buses().stream().map(BusView::name).anyMatch(bus::equals),
            "there is no bus '%s': vbus:buses shows all".formatted(bus));
        require(inventory.devices().stream().map(DeviceView::name).anyMatch(device::equals),
            "there is no device '%s': vbus:devices shows all".formatted(device));
        require(inventory.devices().stream().noneMatch(d -> d.name().equals(device) && d.buses().contains(bus)),
            "device '%s' is on bus '%s' already".formatted(device, bus));
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("bus", bus);
        properties.put("device", device);
        apply(configurations.getFactoryConfiguration(LINK, device + "-" + bus, "?"), properties,
            () -> inventory.devices().stream().anyMatch(d -> d.name().equals(device) && d.buses().contains(bus)));
        return device + " is on bus " + bus;
    }

    @Descriptor("takes a device off a bus: unlink DEVICE BUS")
    public String unlink(String device, String bus) throws IOException, InvalidSyntaxException {
        name(device);
        name(bus);
        Configuration[] links = list("(&(service.factoryPid=%s)(device=%s)(bus=%s))".formatted(LINK, device, bus));
        require(links.length > 0, "device '%s' is not on bus '%s': vbus:devices shows the links".formatted(device, bus));
        for (Configuration c : links) {
            c.delete();
        }
        return device + " is off bus " + bus;
    }

    /// Updates a configuration and waits until it is served. Errors: why it is refused; the configuration is removed then.
    private void apply(Configuration configuration, Dictionary<String, Object> properties, BooleanSupplier served)
        throws IOException {
        long since = journal.last(1).stream().mapToLong(Event::number).findFirst().orElse(0);
        String pid = configuration.getPid();
        configuration.update(properties);
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!served.getAsBoolean()) {
            Event refusal = journal.last(100).stream().filter(e -> e.number() > since && e.kind() == Event.Kind.REFUSED
                && e.subject().equals(pid)).findFirst().orElse(null);
            if (refusal != null || System.nanoTime() > end) {
                configuration.delete();
                throw new IllegalArgumentException(refusal == null ? pid + " is not served: see vbus:events" : refusal.message());
            }
            LockSupport.parkNanos(ANSWER_NANOS);
        }
    }

    /// Errors: IllegalArgumentException for what is no name; it would mean something else in a filter or a file.
    private static void name(String name) {
        require(NAME.matcher(name).matches(), "'%s' is no name: want letters, digits, '_', '.' and '-'".formatted(name));
    }

    private Configuration[] list(String filter) throws IOException, InvalidSyntaxException {
        Configuration[] found = configurations.listConfigurations(filter);
        return found == null ? new Configuration[0] : found;
    }

    private Set<String> classes() throws InvalidSyntaxException {
        Set<String> names = new TreeSet<>();
        context.getServiceReferences(DeviceClass.class, null).forEach(r -> names.add((String) r.getProperty(DeviceClass.CLASS)));
        return names;
    }

    private static void require(boolean right, String message) {
        if (!right) {
            throw new IllegalArgumentException(message);
        }
    }
}
