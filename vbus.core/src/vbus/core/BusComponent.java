// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// A bus: the factory configuration `vbus.bus~NAME`.
@Component(service = {}, immediate = true, configurationPid = "vbus.bus", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = BusComponent.Config.class, factory = true)
public final class BusComponent {

    @ObjectClassDefinition(name = "Bus", description = "A named scope: the devices that its guests may see, and their ids.")
    @interface Config { }

    private final BackplaneComponent container;
    private final String name;

    @Activate
    public BusComponent(@Reference BackplaneComponent container, Map<String, Object> properties) {
        this.container = container;
        name = Pid.of(properties).name();
        container.backplane().addBus(name);
    }

    @Deactivate
    void stop() {
        container.backplane().removeBus(name);
    }
}
