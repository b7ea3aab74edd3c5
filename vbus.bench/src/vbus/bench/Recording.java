// SPDX-License-Identifier: Apache-2.0
package vbus.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Keeps what a measurement told: `docs/measurements/NAME.md` to read, `NAME.tsv` with the raw rows.
///
/// @param command that gives it again
/// @param commit the sources, and whether they were changed
record Recording(String name, String about, String command, String commit, long seed, Machine machine) {

    private static final int GIT_SECONDS = 10;

    /// A recording of the sources in `root`, on this machine.
    static Recording of(Measurement measurement, Path root) throws IOException, InterruptedException {
        final String changed = git(root, "status", "--porcelain", "--", ".", ":!docs/measurements").isEmpty() ? "" : ", with changes";
        return new Recording(measurement.name(), measurement.about(), "./vbus record " + measurement.name(),
            git(root, "rev-parse", "HEAD") + changed, Seed.value(), Machine.here());
    }

    /// Writes both files, met or not.
    void write(Path folder, Report report) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve(name + ".md"), page(report));
        Files.write(folder.resolve(name + ".tsv"), report.rows());
    }

    List<String> page(Report report) {
        final List<String> page = new ArrayList<>(List.of("# " + name, "", about + ".", "", "| | |", "|---|---|",
            "| command | `" + command + "` |", "| commit | " + commit + " |", "| seed | " + seed + " |", "| machine | " + machine + " |",
            "| day | " + LocalDate.now(ZoneOffset.UTC) + " |", "| bars | " + (report.isMet() ? "met" : "missed") + " |",
            "", "Raw rows: [" + name + ".tsv](" + name + ".tsv).", "", "```"));
        page.addAll(report.results());
        page.addAll(List.of("```", "", "## Legs, kept and dropped", "", "```"));
        page.addAll(report.lines());
        page.add("```");
        return page;
    }

    private static String git(Path root, String... arguments) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of("git", "-C", root.toString()));
        command.addAll(List.of(arguments));
        final Process git = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        final String said = new String(git.getInputStream().readAllBytes()).strip();
        return git.waitFor(GIT_SECONDS, TimeUnit.SECONDS) && git.exitValue() == 0 ? said : "no commit";
    }
}
