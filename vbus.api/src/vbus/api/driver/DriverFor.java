// SPDX-License-Identifier: Apache-2.0
package vbus.api.driver;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/// Marks the component of a driver with what it drives.
@ComponentPropertyType
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface DriverFor {

    /// Prefix of the service properties: `vbus.driver.type`, `vbus.driver.filter`.
    String PREFIX_ = "vbus.driver.";

    /// Interface type, matched for equality.
    String type();

    /// An LDAP filter over the properties of the device proxy (see [DeviceProxy]); empty takes every device of the type.
    String filter() default "";
}
