// SPDX-License-Identifier: Apache-2.0
package vbus.example.echo;

import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.DeviceModel;
import vbus.example.echo.protocol.EchoAbi;

/// The device class: each configuration `vbus.example.echo~NAME` is a device.
@Component(configurationPid = "vbus.example.echo", configurationPolicy = ConfigurationPolicy.REQUIRE)
@DeviceModel(type = EchoAbi.TYPE)
public final class EchoComponent implements Device {

    @Override
    public List<DeviceInterface> link(String bus) {
        return List.of(new DeviceInterface(EchoAbi.TYPE, EchoAbi.VERSION, _ -> new EchoConnection()));
    }
}
