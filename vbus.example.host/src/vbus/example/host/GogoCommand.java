// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/// Marks a component as commands of the Gogo shell: by its service properties alone, so that the bundle also works without one.
@ComponentPropertyType
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
@interface GogoCommand {

    /// Prefix of the service properties: `osgi.command.scope`, `osgi.command.function`.
    String PREFIX_ = "osgi.command.";

    /// What stands before the colon.
    String scope();

    /// Methods that are commands.
    String[] function();
}
