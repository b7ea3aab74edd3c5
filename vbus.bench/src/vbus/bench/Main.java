// SPDX-License-Identifier: Apache-2.0
package vbus.bench;

import java.nio.file.Path;
import java.util.stream.Collectors;

/// `./vbus bench NAME` and `./vbus record NAME`: the exit status is 0 when every bar is met, 1 when one is missed, 2 for a name that is
/// not known.
public final class Main {

    private Main() { }

    public static void main(String... args) throws Exception {
        final Form form = args.length > 0 && args[0].equals("record") ? Form.LONG : Form.SHORT;
        final var measurement = Measurements.named(args.length > 1 ? args[1] : "");
        if (measurement.isEmpty()) {
            say("want a name:\n" + Measurements.all().stream().map(m -> "  %-10s %s".formatted(m.name(), m.about()))
                .collect(Collectors.joining("\n")));
            System.exit(2);
        }
        final Report report = new Report(Main::say);
        run(measurement.orElseThrow(), form, report);
        System.exit(report.isMet() ? 0 : 1);
    }

    private static void run(Measurement measurement, Form form, Report report) throws Exception {
        report.line("machine: " + Machine.here());
        try {
            measurement.run(form, report);
        } catch (Exception e) {
            e.printStackTrace(); // why: the developer wants to know where
            report.result(measurement.name() + " failed: " + e, false);
        }
        if (form.isLong()) {
            final Path root = Path.of(System.getProperty("vbus.root"));
            Recording.of(measurement, root).write(root.resolve("docs/measurements"), report);
            report.line("wrote docs/measurements/" + measurement.name() + ".md and .tsv");
        }
        report.close();
    }

    private static void say(String line) {
        System.out.println(line); // why: a command's output
    }
}
