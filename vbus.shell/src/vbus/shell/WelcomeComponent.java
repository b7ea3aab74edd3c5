// SPDX-License-Identifier: Apache-2.0
package vbus.shell;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import vbus.api.view.Inventory;

/// Tells the person at the terminal that the lab is ready. Only where the run asks for it by `vbus.welcome=true`.
@Component(service = {}, immediate = true)
public final class WelcomeComponent {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration ANSWER = Duration.ofMillis(10);

    private final BundleContext context;
    private final ConfigurationAdmin configurations;
    private final Lab lab;
    private final Thread waiting;

    @Activate
    public WelcomeComponent(BundleContext context, @Reference ConfigurationAdmin configurations, @Reference Inventory inventory) {
        this.context = context;
        this.configurations = configurations;
        lab = new Lab(inventory);
        boolean wanted = Boolean.parseBoolean(context.getProperty("vbus.welcome"));
        waiting = wanted ? Thread.ofVirtual().name("vbus welcome").start(this::welcome) : null;
    }

    @Deactivate
    void stop() {
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    private void welcome() {
        Instant end = Instant.now().plus(PATIENCE);
        try {
            List<Lab.Setting> settings = settings();
            while ((settings.size() < files() || !lab.missing(settings).isEmpty()) && Instant.now().isBefore(end)) {
                Thread.sleep(ANSWER); // why: configurations come one by one, from whoever writes them
                settings = settings();
            }
            List<String> missing = lab.missing(settings);
            say(missing.isEmpty() ? lab.summary(settings, sinceStart())
                : "vbus: not there after " + PATIENCE.toSeconds() + " s: " + missing + "; see vbus:events");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Number of configuration files in the folders that are watched.
    private long files() {
        long n = 0;
        for (String folder : context.getProperty("felix.fileinstall.dir").split(",")) {
            try (Stream<Path> files = Files.list(Path.of(folder.strip()))) {
                n += files.filter(f -> f.toString().endsWith(".cfg")).count();
            } catch (IOException e) {
                continue; // a folder that does not exist holds none
            }
        }
        return n;
    }

    private static String sinceStart() {
        return "%.1f s".formatted(ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0);
    }

    private List<Lab.Setting> settings() {
        List<Lab.Setting> settings = new ArrayList<>();
        try {
            Configuration[] all = configurations.listConfigurations("(service.factoryPid=vbus.*)");
            for (Configuration c : all == null ? new Configuration[0] : all) {
                Map<String, Object> properties = new HashMap<>(FrameworkUtil.asMap(c.getProperties()));
                String pid = c.getPid();
                settings.add(new Lab.Setting(c.getFactoryPid(), pid.substring(pid.indexOf('~') + 1), properties));
            }
        } catch (IOException | InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        return settings;
    }

    private static void say(String text) {
        System.out.println(text); // why: it is for the person at the terminal
    }
}
