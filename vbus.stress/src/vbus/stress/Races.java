// SPDX-License-Identifier: Apache-2.0
package vbus.stress;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import vbus.stress.explore.Fence;

/// A run of jcstress in a JVM of its own, over the races of `vbus.stress.race`. What it leaves lies in one folder.
public final class Races {

    /// A second or two for each race, on one kind of JVM.
    public static final List<String> SHORT =
        List.of("-f", "1", "-iters", "1", "-time", "200", "-sc", "false", "-af", "NONE", "-jvmArgs", "-XX:+UseSerialGC");

    /// All kinds of compilers and of placement on the cores.
    public static final List<String> LONG = List.of("-m", "default");

    private static final Pattern TALLY = Pattern.compile("(\\d+) passed, (\\d+) failed, (\\d+) soft errs, (\\d+) hard errs");
    private static final String FORBIDDEN = "Observed forbidden state: ";

    private final Path folder;
    private final List<String> options;

    /// jcstress with `options`, in `folder`.
    public Races(Path folder, List<String> options) {
        this.folder = folder;
        this.options = options;
    }

    /// What a run said.
    ///
    /// @param passed races that showed nothing forbidden
    /// @param failed races that did
    /// @param errors races that could not be run
    /// @param forbidden what they showed, a line for each
    /// @param log all of it
    public record Result(int passed, int failed, int errors, List<String> forbidden, Path log) { }

    /// Runs the races whose names contain the regular expression `pattern`; without a fence, when it is not null.
    /// Errors: IllegalStateException when jcstress does not end in `seconds`, or says nothing.
    public Result run(String pattern, Fence without, int seconds) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        final Path log = folder.resolve("jcstress.log");
        final Process jvm = new ProcessBuilder(command(pattern, without)).directory(folder.toFile())
            .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            if (!jvm.waitFor(seconds, TimeUnit.SECONDS)) {
                throw new IllegalStateException("jcstress did not end in %d s, see %s".formatted(seconds, log));
            }
        } finally {
            jvm.descendants().forEach(ProcessHandle::destroyForcibly); // it forks
            jvm.destroyForcibly().waitFor();
        }
        return read(log);
    }

    private static Result read(Path log) throws IOException {
        final String said = Files.readString(log);
        final List<MatchResult> tallies = TALLY.matcher(said).results().toList();
        if (tallies.isEmpty()) {
            throw new IllegalStateException("jcstress ran nothing, see " + log);
        }
        final MatchResult last = tallies.getLast();
        final List<String> forbidden = said.lines().filter(l -> l.contains(FORBIDDEN)).toList();
        return new Result(number(last, 1), number(last, 2), number(last, 3) + number(last, 4), forbidden, log);
    }

    private static int number(MatchResult m, int group) {
        return Integer.parseInt(m.group(group));
    }

    private List<String> command(String pattern, Fence without) throws IOException {
        String path = System.getProperty("java.class.path");
        if (without != null) {
            final Path changed = folder.resolve("without-" + without.toString().replace('#', '-'));
            final Path type = changed.resolve(without.type().replace('.', '/') + ".class");
            Files.createDirectories(type.getParent());
            Files.write(type, without.removed());
            path = changed + File.pathSeparator + path;
        }
        final List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp", path, "org.openjdk.jcstress.Main", "-t", pattern, "-r", "report"));
        command.addAll(options);
        return command;
    }
}
