// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// A device on a bus: the factory configuration `vbus.link~NAME`.
@Component(service = {}, immediate = true, configurationPid = "vbus.link", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = LinkComponent.Config.class, factory = true)
public final class LinkComponent {

    @ObjectClassDefinition(name = "Link", description = "Puts a device on a bus.")
    @interface Config {

        @AttributeDefinition(description = "Name of the bus.")
        String bus();

        @AttributeDefinition(description = "Name of the device: what stands behind the ~ of its configuration.")
        String device();

        @AttributeDefinition(description = "How long, in milliseconds, sessions wait for new code of the device when its code goes "
            + "away, and how long a guest may use a device that was removed.", min = "0")
        long graceMillis() default Link.DEFAULT_GRACE_MILLIS;
    }

    private final BackplaneComponent container;
    private final String name;

    @Activate
    public LinkComponent(@Reference BackplaneComponent container, Config config, Map<String, Object> properties) {
        this.container = container;
        name = Pid.of(properties).name();
        if (config.bus() == null || config.device() == null || config.graceMillis() < 0) {
            throw new IllegalArgumentException("link %s: bus '%s', device '%s', graceMillis %d: want both names and a time from 0"
                .formatted(name, config.bus(), config.device(), config.graceMillis()));
        }
        container.backplane().link(name, config.bus(), config.device(), config.graceMillis());
    }

    @Deactivate
    void stop() {
        container.backplane().unlink(name);
    }
}
