// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
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
@Component(service = {BackplaneComponent.class, Inventory.class, ConfigurationListener.class}, immediate = true)
public final class BackplaneComponent implements Inventory, ConfigurationListener {

    private final Lane lane;
    private final Control control;
    private final Backplane backplane;
    private final Journal journal;
    private final ConfigurationAdmin configurations;
    private final ComponentFailures failures;
    private final Map<ServiceReference<Device>, String> up = new ConcurrentHashMap<>();
    private final Map<ServiceReference<Device>, ComponentServiceObjects<Device>> refused = new ConcurrentHashMap<>();
    private final Set<ServiceReference<Device>> retried = ConcurrentHashMap.newKeySet();
    private final Map<ServiceReference<Connector>, Attachment> attachments = new ConcurrentHashMap<>();

    @Activate
    public BackplaneComponent(@Reference Journal journal, @Reference ConfigurationAdmin configurations,
        @Reference ComponentFailures failures) throws IOException {
        this.journal = journal;
        this.configurations = configurations;
        this.failures = failures;
        control = new Control(journal);
        lane = new Lane("vbus lane 0", new IdlePolicy(IdlePolicy.SPIN_NANOS));
        backplane = new Backplane(lane, control, journal);
    }

    /// Devices and connectors are unbound after this: there is nothing left for them to do.
    @Deactivate
    void stop() {
        up.clear();
        refused.clear();
        backplane.close();
        control.close();
        lane.close();
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
            refused.put(reference, device);
        }
    }

    void removeDevice(ComponentServiceObjects<Device> device) {
        ServiceReference<Device> reference = device.getServiceReference();
        refused.remove(reference);
        retried.remove(reference);
        String name = up.remove(reference);
        if (name != null) {
            backplane.down(name, !configured(pid(reference)));
            for (var other : List.copyOf(refused.values())) {
                if (pid(other.getServiceReference()).name().equals(name)) {
                    retry(other);
                }
            }
        }
    }

    /// The name that it wanted is free. It may leave at the same moment, on another thread, which then finds nothing to take down.
    private void retry(ComponentServiceObjects<Device> device) {
        ServiceReference<Device> reference = device.getServiceReference();
        retried.add(reference);
        if (refused.remove(reference, device)) {
            addDevice(device);
        }
        if (!retried.remove(reference)) {
            removeDevice(device);
        }
    }

    /// A device whose code is away may be gone for good.
    @Override
    public void configurationEvent(ConfigurationEvent event) {
        if (event.getType() == ConfigurationEvent.CM_DELETED && event.getFactoryPid() != null) {
            Pid pid = Pid.parse(event.getPid());
            if (!configured(pid)) {
                backplane.removed(pid.name(), pid.factory());
            }
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
        Attachment attachment = attachments.remove(reference);
        if (attachment != null) {
            backplane.remove(attachment);
        }
    }

    private boolean configured(Pid pid) {
        try {
            return configurations.listConfigurations(Pid.filter(pid.toString())) != null;
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
