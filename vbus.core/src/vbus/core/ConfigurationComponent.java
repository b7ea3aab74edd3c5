// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import vbus.api.DeviceClass;
import vbus.api.view.Event;
import vbus.api.view.Journal;

/// Tells of configurations that nothing serves: most likely the name of a device class that is misspelt, or whose jar is missing.
@Component(service = ConfigurationListener.class, immediate = true)
public final class ConfigurationComponent implements ConfigurationListener {

    /// A configuration may come a moment before the jar it is for.
    private static final long PATIENCE_MILLIS = 2_000;
    private static final String OURS = "vbus.";

    private final ConfigurationAdmin configurations;
    private final ServiceComponentRuntime runtime;
    private final Journal journal;
    private final ComponentFailures failures;
    private final ScheduledExecutorService later =
        Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("vbus configurations").factory());

    @Activate
    public ConfigurationComponent(@Reference ConfigurationAdmin configurations, @Reference ServiceComponentRuntime runtime,
        @Reference Journal journal, @Reference ComponentFailures failures) {
        this.failures = failures;
        this.configurations = configurations;
        this.runtime = runtime;
        this.journal = journal;
    }

    @Deactivate
    void stop() {
        later.shutdownNow();
    }

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        String factory = event.getFactoryPid();
        String pid = event.getPid();
        if (event.getType() != ConfigurationEvent.CM_UPDATED || !pid.startsWith(OURS)) {
            return;
        }
        if (factory != null) {
            later.schedule(() -> check(factory, pid), PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } else if (pid.contains("~")) { // FileInstall splits the name of a file at its first dash only
            journal.record(Event.Kind.REFUSED, pid, "a file %s.cfg is no factory configuration: call it %s.cfg"
                .formatted(pid, pid.replaceFirst("~", "-")));
        }
    }

    private void check(String factory, String pid) {
        var descriptions = runtime.getComponentDescriptionDTOs();
        boolean device = descriptions.stream().anyMatch(d -> Arrays.asList(d.configurationPid).contains(factory)
            && d.properties.containsKey(DeviceClass.TYPE));
        if (there(pid) && !device) { // what is wrong with a device's is told when its component is asked for
            failures.find(pid).ifPresent(message -> journal.record(Event.Kind.REFUSED, pid, message));
        }
        if (there(pid) && descriptions.stream().noneMatch(d -> Arrays.asList(d.configurationPid).contains(factory))) {
            Set<String> classes = descriptions.stream().filter(d -> d.properties.containsKey(DeviceClass.TYPE))
                .map(d -> d.configurationPid[0]).collect(Collectors.toCollection(TreeSet::new));
            journal.record(Event.Kind.REFUSED, pid, "there is no device class '%s': the device classes are %s"
                .formatted(factory, classes));
        }
    }

    private boolean there(String pid) {
        try {
            return configurations.listConfigurations(Pid.filter(pid)) != null;
        } catch (IOException | InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
