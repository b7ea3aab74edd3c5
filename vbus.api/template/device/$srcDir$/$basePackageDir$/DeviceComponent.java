// SPDX-License-Identifier: Apache-2.0
package $basePackageName$;

import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.DeviceModel;
import $basePackageName$.protocol.Abi;

/// The device class: each configuration `$basePackageName$~NAME` is a device.
@Component(configurationPid = "$basePackageName$", configurationPolicy = ConfigurationPolicy.REQUIRE)
@DeviceModel(type = Abi.TYPE)
public final class DeviceComponent implements Device {

    @Override
    public List<DeviceInterface> link(String bus) {
        return List.of(new DeviceInterface(Abi.TYPE, Abi.VERSION, _ -> new DeviceConnection()));
    }
}
