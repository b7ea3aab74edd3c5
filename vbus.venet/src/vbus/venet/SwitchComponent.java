// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;
import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.DeviceLane;
import vbus.api.DeviceModel;
import vbus.api.view.Capturable;
import vbus.api.view.Event;
import vbus.api.view.Journal;
import vbus.api.view.Tables;
import vbus.venet.capture.Captures;
import vbus.venet.protocol.VirtioNet;
import vbus.venet.protocol.VirtualEthernet;

/// A switch for each factory configuration `vbus.venet.switch~NAME`.
@Component(service = Device.class, configurationPid = SwitchComponent.PID, configurationPolicy = REQUIRE)
@DeviceModel(type = {VirtualEthernet.TYPE, VirtioNet.TYPE})
@Designate(ocd = SwitchComponent.Config.class, factory = true)
public final class SwitchComponent implements Device {

    static final String PID = "vbus.venet.switch";

    private final String name;
    private final LearningSwitch lan;
    private final Captures captures;
    private final List<ServiceRegistration<?>> views = new ArrayList<>();
    private final Map<PortComponent, PortSetting> settings = new HashMap<>();

    /// Errors: IllegalArgumentException for a configuration that can not be served.
    @Activate
    public SwitchComponent(Config config, Map<String, Object> properties, BundleContext context, @Reference Journal journal) {
        this(config, PortComponent.name(properties), (name, message) -> journal.record(Event.Kind.LOG, name, message));
        views.add(context.registerService(Capturable.class, captures, new Hashtable<>(Map.of(Capturable.DEVICE, name))));
        views.add(context.registerService(Tables.class, new SwitchTables(name, lan), new Hashtable<>(Map.of(Tables.DEVICE, name))));
    }

    /// A switch of a program without a container, where nobody sees into it.
    public SwitchComponent(Config config) {
        this(config, "", (_, _) -> { });
    }

    private SwitchComponent(Config config, String name, BiConsumer<String, String> told) {
        this.name = name;
        captures = new Captures(name, message -> told.accept(name, message));
        lan = new LearningSwitch(settings(config), () -> TimeUnit.NANOSECONDS.toSeconds(System.nanoTime()), System::nanoTime, captures);
    }

    /// The bus parked the ports before; files of captures are whole when this returns.
    @Deactivate
    void stop() {
        views.forEach(ServiceRegistration::unregister);
        captures.close();
    }

    private static SwitchSettings settings(Config config) {
        return new SwitchSettings(config.maxAddresses(), config.ageingSeconds(), config.mtu(),
            SwitchSettings.unconfigured(config.defaultVlan()),
            new StormLimits(config.stormBroadcast(), config.stormMulticast(), config.stormUnknown()),
            MirrorRule.of(config.mirror(), config.mirrorTo()));
    }

    /// A port was configured, or otherwise than before.
    @Reference(name = "ports", service = PortComponent.class, cardinality = MULTIPLE, policy = DYNAMIC, unbind = "unbind", updated = "bind")
    synchronized void bind(PortComponent port) {
        final PortSetting setting = port.setting();
        if (setting != null && setting.device().equals(name)) {
            set(port, setting);
        } else {
            unbind(port);
        }
    }

    private void set(PortComponent port, PortSetting setting) {
        final PortSetting before = settings.put(port, setting);
        try {
            lan.configure(settings.values());
        } catch (IllegalArgumentException e) {
            settings.remove(port);
            if (before != null) {
                settings.put(port, before);
            }
            port.refuse(e);
        }
    }

    /// A port's configuration is gone; unless this bundle only stops, and frames flow until the ports are parked.
    synchronized void unbind(PortComponent port) {
        if (FrameworkUtil.getBundle(SwitchComponent.class).getState() != Bundle.STOPPING && settings.remove(port) != null) {
            lan.configure(settings.values());
        }
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC)
    void addUplink(Uplink uplink, Map<String, Object> properties) {
        if (name.equals(properties.get(Uplink.SWITCH))) { // whose switch this is only the configurations say
            lan.uplinks().add(uplink);
        }
    }

    void removeUplink(Uplink uplink) {
        lan.uplinks().remove(uplink);
    }

    @Override
    public void lane(DeviceLane lane) {
        lan.lane(lane);
    }

    @Override
    public List<DeviceInterface> link(String bus) {
        return lan.link(bus);
    }

    /// What a user may set.
    @ObjectClassDefinition(name = "Virtual ethernet switch", description = "A learning switch; each guest has a port of it.")
    public @interface Config {

        @AttributeDefinition(min = "1", max = "1048576",
            description = "Stations that the switch remembers; frames to others go to every port.")
        int maxAddresses() default 4096;

        @AttributeDefinition(min = "1", description = "Seconds without a frame after which a station is forgotten.")
        int ageingSeconds() default 300;

        @AttributeDefinition(min = "68", max = "9000",
            description = "Bytes that a frame may carry; packets that are to be segmented may have 64 KiB.")
        int mtu() default 1500;

        @AttributeDefinition(name = "defaultVlan",
            description = "What ports without a configuration of their own are: transparent, closed, or access ports of a VLAN 1..4094.")
        String defaultVlan() default "transparent";

        @AttributeDefinition(name = "stormBroadcast", min = "0",
            description = "Broadcasts per second from a port that has no limit of its own; 0 for no limit.")
        int stormBroadcast() default 0;

        @AttributeDefinition(name = "stormMulticast", min = "0", description = "Multicasts per second, likewise.")
        int stormMulticast() default 0;

        @AttributeDefinition(name = "stormUnknown", min = "0", description = "Frames per second to stations that are not known, likewise.")
        int stormUnknown() default 0;

        @AttributeDefinition(name = "mirror", options = {@Option("none"), @Option("in"), @Option("out"), @Option("both")},
            description = "Which frames of all ports are copied to the port mirrorTo: none, in (what guests send), out, both.")
        String mirror() default "none";

        @AttributeDefinition(name = "mirrorTo", required = false,
            description = "Guest or uplink whose port gets the copies, and nothing else.")
        String mirrorTo() default "";
    }
}
