// SPDX-License-Identifier: Apache-2.0
package vbus.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/// Marks the component of a device model: the container shows its configuration PID as a *device class*, and each factory
/// configuration of it is a device.
///
/// ```java
/// @Component(service = Device.class, configurationPid = "vbus.example.echo", configurationPolicy = REQUIRE)
/// @DeviceModel(type = "echo")
/// ```
@ComponentPropertyType
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface DeviceModel {

    /// Prefix of the service properties: `vbus.type`.
    String PREFIX_ = "vbus.";

    /// Types (ABIs) of the interfaces that such a device offers, for example `virtual-ethernet`.
    String[] type();
}
