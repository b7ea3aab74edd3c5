// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;
import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;

import java.nio.file.Path;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import vbus.api.view.Capturable;
import vbus.api.view.Capturable.Request;
import vbus.api.view.Event;
import vbus.api.view.Journal;

/// A capture for each factory configuration `vbus.venet.capture~NAME`: it runs while the configuration and the device are there.
@Component(service = {}, immediate = true, configurationPid = CaptureComponent.PID, configurationPolicy = REQUIRE)
@Designate(ocd = CaptureComponent.Config.class, factory = true)
public final class CaptureComponent {

    static final String PID = "vbus.venet.capture";

    private final ConfiguredCapture capture;

    /// Errors: IllegalArgumentException for a configuration that can not be served.
    @Activate
    public CaptureComponent(Config config, Map<String, Object> properties, @Reference Journal journal) {
        final String pid = String.valueOf(properties.get("service.pid"));
        if (config.file() == null || config.file().isBlank()) {
            throw new IllegalArgumentException("a capture without a file: want file=PATH");
        }
        capture = new ConfiguredCapture(config.device(), new Request(Path.of(config.file()).toAbsolutePath(), config.filter(),
            config.port().isBlank() ? null : config.port(), config.snapBytes(), config.maxBytes()),
            message -> journal.record(Event.Kind.REFUSED, pid, message));
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, unbind = "went")
    void came(Capturable device) {
        capture.came(device);
    }

    void went(Capturable device) {
        capture.went(device);
    }

    @Deactivate
    void stop() {
        capture.close();
    }

    /// What a user may set.
    @ObjectClassDefinition(name = "Capture of a virtual ethernet", description = "Writes frames of a device into a pcapng file.")
    public @interface Config {

        @AttributeDefinition(description = "Name of the device, for example lan0.")
        String device();

        @AttributeDefinition(required = false, description = "Name of a port; empty for all.")
        String port() default "";

        @AttributeDefinition(description = "A file in a folder that is there; a file that is there is kept, the next has -2 in its name.")
        String file();

        @AttributeDefinition(required = false, description = "Which frames, in words of tcpdump; empty for all.")
        String filter() default "";

        @AttributeDefinition(min = "14", max = "262144", description = "At most so many bytes of each frame.")
        int snapBytes() default Request.WHOLE_FRAMES;

        @AttributeDefinition(min = "0", description = "The capture ends before its file is longer; 0 for no limit.")
        long maxBytes() default 0;
    }
}
