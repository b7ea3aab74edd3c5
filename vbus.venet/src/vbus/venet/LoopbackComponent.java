// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.DeviceLane;
import vbus.api.DeviceModel;
import vbus.venet.capture.Captures;
import vbus.venet.protocol.VirtioNet;
import vbus.venet.protocol.VirtualEthernet;

/// A device for each factory configuration `vbus.venet.loopback~NAME` that gives guests back what they send, for tests of drivers.
@Component(service = Device.class, configurationPid = LoopbackComponent.PID, configurationPolicy = REQUIRE)
@DeviceModel(type = {VirtualEthernet.TYPE, VirtioNet.TYPE})
@Designate(ocd = LoopbackComponent.Config.class, factory = true)
public final class LoopbackComponent implements Device {

    static final String PID = "vbus.venet.loopback";

    private final LearningSwitch mirror;

    /// Errors: IllegalArgumentException for a configuration that can not be served.
    @Activate
    public LoopbackComponent(Config config) {
        mirror = reflecting(config.mtu());
    }

    /// Ports that hear what they send.
    static LearningSwitch reflecting(int mtu) {
        final Captures nobody = new Captures("", _ -> { });
        return new LearningSwitch(SwitchSettings.of(1, 1, mtu), nobody,
            new Reflection(() -> TimeUnit.NANOSECONDS.toSeconds(System.nanoTime()), nobody));
    }

    @Override
    public void lane(DeviceLane lane) {
        mirror.lane(lane);
    }

    @Override
    public List<DeviceInterface> link(String bus) {
        return mirror.link(bus);
    }

    /// What a user may set.
    @ObjectClassDefinition(name = "Ethernet loopback", description = "A network device that gives each frame back to its sender.")
    public @interface Config {

        @AttributeDefinition(min = "68", max = "9000", description = "Bytes that a frame may carry.")
        int mtu() default LearningSwitch.DEFAULT_MTU;
    }
}
