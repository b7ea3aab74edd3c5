// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import vbus.api.Device;
import vbus.api.connector.Connector;
import vbus.api.view.Event;
import vbus.api.view.Inventory;
import vbus.api.view.Journal;

/// Brings device and connector services to the backplane. Immediate: the container exists for it.
@Component(service = {BackplaneComponent.class, Inventory.class}, immediate = true)
public final class BackplaneComponent implements Inventory {

    private static final long SPIN_NANOS = 20_000; // about one wake-up of a guest on another processor

    private final Lane lane;
    private final ScheduledExecutorService control;
    private final Backplane backplane;
    private final Journal journal;
    private final ConfigurationAdmin configurations;
    private final ComponentFailures failures;
    private final Map<ServiceReference<Device>, String> up = new ConcurrentHashMap<>();
    private final Map<ServiceReference<Connector>, Attachment> attachments = new ConcurrentHashMap<>();

    @Activate
    public BackplaneComponent(@Reference Journal journal, @Reference ConfigurationAdmin configurations,
        @Reference ComponentFailures failures) throws IOException {
        this.journal = journal;
        this.configurations = configurations;
        this.failures = failures;
        control = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("vbus control").factory());
        lane = new Lane("vbus lane 0", new IdlePolicy(SPIN_NANOS));
        backplane = new Backplane(lane, control, journal);
    }

    @Deactivate
    void stop() {
        lane.close();
        control.shutdownNow();
    }

    Backplane backplane() {
        return backplane;
    }

    @Reference(service = Device.class, cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addDevice(ComponentServiceObjects<Device> device) {
        ServiceReference<Device> reference = device.getServiceReference();
        Pid pid = pid(reference);
        Device code = device.getService(); // activates the component, which may refuse its configuration
        if (code == null) {
            journal.record(Event.Kind.REFUSED, pid.toString(), failures.of(pid.toString()));
        } else if (backplane.up(pid.name(), pid.factory(), code)) {
            up.put(reference, pid.name());
        } else {
            device.ungetService(code);
        }
    }

    void removeDevice(ComponentServiceObjects<Device> device) {
        ServiceReference<Device> reference = device.getServiceReference();
        String name = up.remove(reference);
        if (name != null) {
            backplane.down(name, !configured(pid(reference)));
        }
    }

    @Reference(service = Connector.class, cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addConnector(ServiceReference<Connector> reference, Connector connector) {
        String bus = String.valueOf(reference.getProperty(Connector.BUS));
        Attachment attachment = new Attachment(connector, bus, pid(reference).toString(), journal);
        attachments.put(reference, attachment);
        backplane.add(attachment);
    }

    void removeConnector(ServiceReference<Connector> reference) {
        backplane.remove(attachments.remove(reference));
    }

    private boolean configured(Pid pid) {
        try {
            return configurations.listConfigurations("(service.pid=" + pid + ")") != null;
        } catch (IOException | InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Pid pid(ServiceReference<?> reference) {
        return Pid.of(new HashMap<>(FrameworkUtil.asMap(reference.getProperties())));
    }

    @Override
    public List<BusView> buses() {
        return backplane.buses();
    }

    @Override
    public List<DeviceView> devices() {
        return backplane.devices();
    }

    @Override
    public List<GuestView> guests() {
        return backplane.guests();
    }
}
