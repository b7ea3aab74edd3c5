// SPDX-License-Identifier: Apache-2.0
package vbus.shell;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import vbus.api.view.Capturable;
import vbus.api.view.Capturable.CaptureView;
import vbus.api.view.Capturable.Request;

/// The command that writes a device's frames to a file.
@Component(service = CaptureCommands.class)
@GogoCommand(scope = "vbus", function = "capture")
public final class CaptureCommands {

    private static final String STOP = "--stop";
    private static final String USAGE = "capture DEVICE[/PORT] FILE [FILTER...], capture --stop DEVICE|FILE, or capture";

    @Reference
    private volatile List<Capturable> devices;

    @Activate
    public CaptureCommands() { }

    @Descriptor("writes frames to a pcapng file: capture DEVICE[/PORT] FILE [FILTER...]; ends that: capture --stop DEVICE|FILE; "
        + "shows all: capture")
    public String capture(String... words) {
        if (words.length == 0) {
            return list();
        }
        if (words[0].equals(STOP)) {
            require(words.length == 2, "'%s' is no command: want %s".formatted(String.join(" ", words), USAGE));
            return stop(words[1]);
        }
        require(words.length > 1 && !words[0].startsWith("-"), "'%s' is no command: want %s".formatted(String.join(" ", words), USAGE));
        return start(words[0], words[1], Arrays.stream(words).skip(2).collect(Collectors.joining(" ")));
    }

    private String start(String where, String file, String filter) {
        int slash = where.indexOf('/');
        String name = slash < 0 ? where : where.substring(0, slash);
        String port = slash < 0 ? null : where.substring(slash + 1);
        Capturable device = devices.stream().filter(d -> d.device().equals(name)).findFirst().orElseThrow(() ->
            new IllegalArgumentException("no device '%s' can be captured: those that can are %s".formatted(name, names())));
        CaptureView begun = device.start(new Request(Path.of(file).toAbsolutePath(), filter, port));
        String later = port == null || device.ports().contains(port) ? ""
            : "; there is no port '%s' yet, the ports are %s".formatted(port, device.ports());
        return "capturing %s into %s until vbus:capture --stop %s%s".formatted(where, begun.file(), name, later);
    }

    private List<String> names() {
        return devices.stream().map(Capturable::device).sorted().toList();
    }

    private String stop(String what) {
        Path file = Path.of(what).toAbsolutePath().normalize();
        List<String> stopped = devices.stream().flatMap(d -> d.captures().stream()
            .filter(c -> d.device().equals(what) || c.file().equals(file)).map(c -> said(d.stop(c.file())))).toList();
        require(!stopped.isEmpty(), "there is no capture of '%s': vbus:capture shows all".formatted(what));
        return String.join("\n", stopped);
    }

    private static String said(CaptureView end) {
        String drops = end.drops() == 0 ? "" : ", %d more were dropped".formatted(end.drops());
        String state = end.state().equals("stopped") ? "" : "; " + end.state();
        return "%d frames, %d bytes in %s%s%s".formatted(end.frames(), end.bytes(), end.file(), drops, state);
    }

    private String list() {
        Table t = new Table("DEVICE", "PORT", "FILE", "FRAMES", "BYTES", "DROPS", "STATE", "FILTER");
        devices.stream().sorted(Comparator.comparing(Capturable::device)).forEach(d -> d.captures().forEach(c -> t.row(d.device(),
            c.port() == null ? "all" : c.port(), c.file(), c.frames(), c.bytes(), c.drops(), c.state(), c.filter())));
        return t.or("no capture: vbus:capture DEVICE[/PORT] FILE [FILTER...]");
    }

    private static void require(boolean right, String message) {
        if (!right) {
            throw new IllegalArgumentException(message);
        }
    }
}
