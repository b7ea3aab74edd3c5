// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;
import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.DeviceLane;
import vbus.api.DeviceModel;
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

    /// Errors: IllegalArgumentException for a configuration that can not be served.
    @Activate
    public SwitchComponent(Config config, Map<String, Object> properties) {
        final String pid = (String) properties.get("service.pid");
        name = pid.substring(pid.indexOf('~') + 1);
        lan = new LearningSwitch(config.maxAddresses(), config.ageingSeconds(), config.mtu(),
            () -> TimeUnit.NANOSECONDS.toSeconds(System.nanoTime()));
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
    }
}
