// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

/// Why a component could not be made from its configuration, as its runtime remembers it.
@Component(service = ComponentFailures.class)
public final class ComponentFailures {

    private final ServiceComponentRuntime runtime;

    @Activate
    public ComponentFailures(@Reference ServiceComponentRuntime runtime) {
        this.runtime = runtime;
    }

    /// The message of the exception that a configuration's component ended in.
    String of(String pid) {
        return find(pid).orElse("its component could not be activated: see the log");
    }

    /// The message of the exception that a configuration's component ended in; empty when it did not.
    Optional<String> find(String pid) {
        return runtime.getComponentDescriptionDTOs().stream()
            .flatMap(d -> runtime.getComponentConfigurationDTOs(d).stream())
            .filter(c -> c.failure != null && pid.equals(String.valueOf(c.properties.get("service.pid"))))
            .map(ComponentFailures::message).findFirst();
    }

    /// `failure` is a stack trace; the deepest cause tells what was wrong with the configuration.
    private static String message(ComponentConfigurationDTO c) {
        String[] lines = c.failure.strip().split("\\R");
        String message = lines[0];
        for (String line : lines) {
            if (line.startsWith("Caused by: ")) {
                message = line.substring("Caused by: ".length());
            }
        }
        return "its configuration is refused: " + message;
    }
}
