// SPDX-License-Identifier: Apache-2.0
package vbus.venet.tap;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.DeviceLane;
import vbus.api.DeviceModel;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.shm.Ring;
import vbus.shm.linux.Tap;
import vbus.shm.linux.TapSettings;
import vbus.venet.LoneUplink;
import vbus.venet.Uplink;
import vbus.venet.protocol.VirtioNet;
import vbus.venet.protocol.VirtualEthernet;

/// A Linux TAP for each factory configuration `vbus.venet.tap~NAME`: an uplink of a switch, or a device alone.
@Component(service = {Device.class, Uplink.class}, configurationPid = TapComponent.PID, configurationPolicy = REQUIRE)
@DeviceModel(type = {VirtualEthernet.TYPE, VirtioNet.TYPE})
@Designate(ocd = TapComponent.Config.class, factory = true)
public final class TapComponent implements Device, Uplink {

    static final String PID = "vbus.venet.tap";

    private final TapUplink uplink;
    private final String lan;
    private final Device alone; // null for a switch's uplink

    /// What a user may set.
    @ObjectClassDefinition(name = "Linux TAP", description = "A network interface of Linux as uplink of a switch, or as a device alone.")
    public @interface Config {

        @AttributeDefinition(description = "Name of the TAP. Without privilege root makes it first: "
            + "ip tuntap add dev NAME mode tap user USER")
        String interface$();

        @AttributeDefinition(required = false, description = "MTU in bytes; 0 leaves it as it is. To change it takes privilege.")
        int mtu() default 0;

        @AttributeDefinition(required = false, description = "MAC address that Linux has at the interface; none leaves it as it is.")
        String mac() default "";

        @AttributeDefinition(required = false, description = "Have Linux use the interface. To change it takes privilege.")
        boolean up() default true;

        @AttributeDefinition(required = false, description = "Name of the switch that it is an uplink of, as in lan0; "
            + "none: a device of its own, to be linked to a bus.")
        String switch$() default "";
    }

    /// Errors: IllegalArgumentException for a configuration that can not be served; IOException when the TAP can not be had.
    @Activate
    public TapComponent(Config config) throws IOException {
        final Tap tap = new TapSettings(config.interface$(), config.mtu(), config.mac(), config.up()).open(true);
        try {
            uplink = new TapUplink(tap);
        } catch (IOException e) {
            tap.close();
            throw e;
        }
        lan = config.switch$().strip();
        alone = lan.isEmpty() ? new LoneUplink(uplink) : null;
    }

    /// The bus and the switch have let go of it.
    @Deactivate
    void stop() {
        uplink.close();
    }

    // ---- a device alone

    @Override
    public void lane(DeviceLane lane) {
        if (alone != null) {
            alone.lane(lane);
        }
    }

    @Override
    public List<DeviceInterface> link(String bus) {
        if (alone == null) {
            throw new VbusException(Status.BUSY, "TAP %s is an uplink of the switch %s: link that, or configure the TAP without switch"
                .formatted(uplink.name(), lan));
        }
        return alone.link(bus);
    }

    // ---- an uplink of a switch

    @Override
    public String name() {
        return uplink.name();
    }

    @Override
    public Ring fromOutside() {
        return uplink.fromOutside();
    }

    @Override
    public Ring toOutside() {
        return uplink.toOutside();
    }

    @Override
    public int fd() {
        return uplink.fd();
    }

    @Override
    public int mtu() {
        return uplink.mtu();
    }

    @Override
    public long mac() {
        return uplink.mac();
    }

    @Override
    public int offloads() {
        return uplink.offloads();
    }

    @Override
    public Map<String, Long> counters() {
        return uplink.counters();
    }
}
