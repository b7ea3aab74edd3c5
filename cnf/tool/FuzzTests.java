// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import aQute.bnd.build.Project;
import aQute.lib.io.IO;

/// Runs every `@FuzzTest` with new inputs: each in a JVM of its own, as Jazzer fuzzes one test per JVM. One test each in the tally.
///
/// That a unit test run executes the kept inputs is not done here, see [UnitTests]. Nothing is written into the sources: a run
/// works in `generated/fuzz`, where `./vbus fuzz` leaves what it found interesting, and every run the inputs that fail.
final class FuzzTests {

    /// Two at a time are not yet slower each, with two cores.
    private static final int AT_ONCE = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 2);
    private static final int MORE_SECONDS = 120;
    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in (\\d+) second");
    private static final Pattern FINDING = Pattern.compile("(?:FuzzTestFindingException|ERROR: libFuzzer): (.*)");
    private static final Pattern PLACE = Pattern.compile("(?m)^ +(vbus\\.\\S+\\.java:\\d+\\))");
    private static final Pattern CRASH = Pattern.compile("Test unit written to (\\S+)");

    private static final String NO_LIBRARY = "Failed to find native library 'jazzer";

    /// Jazzer looks for more kinds of bugs, in what no parser here does; each takes time to load.
    private static final String NOT_NEEDED = String.join(":", List.of("BigDecimal", "ClojureLangHooks", "Deserialization",
        "ExpressionLanguageInjection", "FilePathTraversal", "LdapInjection", "NamingContextLookup", "OsCommandInjection",
        "ReflectiveCall", "RegexInjection", "RegexRoadblocks", "ScriptEngineInjection", "ServerSideRequestForgery", "SqlInjection",
        "TemplateInjection", "UnsafeSanitizer", "XPathInjection", "XmlParserSsrfGuidance").stream()
        .map(n -> "com.code_intelligence.jazzer.sanitizers." + n).toList());

    /// What came of a target. @param failure null when it passed
    private record Result(FuzzTarget target, long runs, double seconds, String failure) { }

    private final Checkout checkout;
    private final FuzzEffort effort;
    private final Tally tally;
    private final int seed;

    FuzzTests(Checkout checkout, FuzzEffort effort, Tally tally) {
        this.checkout = checkout;
        this.effort = effort;
        this.tally = tally;
        String given = System.getenv("VBUS_SEED");
        seed = given == null ? (int) (System.nanoTime() & 0x7fff_ffff) | 1 : Integer.parseInt(given);
    }

    /// Runs those whose project, or whose own name, contains `pattern`.
    void run(String pattern) throws Exception {
        var targets = new ArrayList<FuzzTarget>();
        for (Project p : checkout.projects()) {
            FuzzTarget.of(p).stream().filter(t -> p.getName().contains(pattern) || t.name().contains(pattern)).forEach(targets::add);
        }
        if (targets.isEmpty()) {
            return;
        }
        System.out.printf("  fuzz tests, VBUS_SEED=%d%n", seed);
        try (var workers = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<Result>> results = new ArrayList<>();
            for (FuzzTarget t : targets) {
                results.add(workers.submit((Callable<Result>) () -> run(t)));
            }
            for (Future<Result> r : results) {
                count(r.get());
            }
        }
    }

    private void count(Result r) {
        if (r.failure != null && r.failure.contains(NO_LIBRARY)) {
            tally.skip(r.target.name(), "Jazzer has no native library for %s on %s"
                .formatted(System.getProperty("os.name"), System.getProperty("os.arch")));
        } else if (r.failure != null) {
            tally.fail(r.target.name(), r.failure);
        } else {
            tally.pass();
        }
        System.out.printf("  %-40s %5d runs  %5.1f s%n", r.target.simpleType(), r.runs, r.seconds);
    }

    private Result run(FuzzTarget target) throws Exception {
        long start = System.nanoTime();
        Path folder = target.folder();
        if (!effort.keeps()) {
            IO.delete(folder.toFile());
        }
        Files.createDirectories(folder);
        Path log = folder.resolve("output.log");
        var builder = new ProcessBuilder(command(target)).directory(folder.toFile()).redirectErrorStream(true)
            .redirectInput(new File("/dev/null")).redirectOutput(log.toFile());
        builder.environment().put("JAZZER_FUZZ", "1");
        Process jvm = builder.start();
        boolean ended = jvm.waitFor(effort.seconds() + MORE_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            ThreadDump.of(jvm.toHandle(), log);
            jvm.destroyForcibly().waitFor();
        }
        String said = new String(Files.readAllBytes(log));
        Matcher done = DONE.matcher(said);
        long runs = done.find() ? Long.parseLong(done.group(1)) : 0;
        boolean ok = ended && jvm.exitValue() == 0 && runs > 0;
        return new Result(target, runs, Checkout.seconds(start), ok ? null : failure(target, said, log));
    }

    private List<String> command(FuzzTarget target) throws Exception {
        Project p = target.project();
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(p.getRunVM());
        command.addAll(UnitTests.flags(checkout, effort.coverage()));
        command.add("-XX:+EnableDynamicAgentLoading");
        command.addAll(effort.jvm());
        command.addAll(List.of("-cp", UnitTests.classPath(p), "org.junit.platform.console.ConsoleLauncher", "execute",
            "--disable-banner", "--disable-ansi-colors", "--details=summary", "--include-engine=junit-jupiter",
            "--select-method=" + target.selector(), "--config=jazzer.instrument=vbus.**",
            "--config=jazzer.disabled_hooks=" + NOT_NEEDED));
        command.addAll(effort.jazzer());
        // libFuzzer's own: Jazzer passes them on by these names
        List<String> fuzzer = List.of("vbus", "-seed=" + seed, "-keep_seed=1", "-timeout=20", "-max_len=4096");
        for (int i = 0; i < fuzzer.size(); i++) {
            command.add("--config=jazzer.internal.arg." + i + "=" + fuzzer.get(i));
        }
        return command;
    }

    private String failure(FuzzTarget target, String said, Path log) throws Exception {
        Matcher finding = FINDING.matcher(said);
        Matcher crash = CRASH.matcher(said);
        Matcher place = PLACE.matcher(said);
        String what = finding.find() ? finding.group(1) : said.contains(NO_LIBRARY) ? NO_LIBRARY : "it did not run to its end";
        String at = place.find() ? "\nat " + place.group(1) : "";
        String keep = crash.find() ? "\nits input, to be kept once it is mended: cp %s %s/"
            .formatted(name(Path.of(crash.group(1))), name(target.inputs())) : "";
        return what + at + keep + "\nsee " + checkout.name(log);
    }

    private String name(Path file) throws IOException {
        return file.startsWith(checkout.root) ? checkout.name(file) : file.toString();
    }
}
