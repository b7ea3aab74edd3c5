// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import aQute.bnd.build.Project;

/// The tests in a project's `test` folder, in a JVM of their own, on a plain class path.
final class UnitTests {

    private final Checkout checkout;
    private final boolean all;
    private final Tally tally;

    UnitTests(Checkout checkout, boolean all, Tally tally) {
        this.checkout = checkout;
        this.all = all;
        this.tally = tally;
    }

    void run(String pattern) throws Exception {
        for (Project p : checkout.projects()) {
            if (p.getName().contains(pattern) && Compiler.hasSources(p.getTestSrc())) {
                run(p);
            }
        }
    }

    private void run(Project p) throws Exception {
        long start = System.nanoTime();
        int seen = tally.seen();
        int failed = tally.failed();
        var reports = Reports.fresh(p.getTarget().toPath().resolve("test-reports/unit"));
        Process jvm = new ProcessBuilder(command(p, reports)).directory(p.getBase()).redirectErrorStream(true)
            .redirectInput(new File("/dev/null")).redirectOutput(reports.log().toFile()).start();
        var timeout = TestTimeout.of(p);
        boolean ended = jvm.waitFor(timeout.seconds(), TimeUnit.SECONDS);
        if (!ended) {
            ThreadDump.of(jvm.toHandle(), reports.log());
            jvm.descendants().forEach(ProcessHandle::destroyForcibly);
            jvm.destroyForcibly().waitFor();
        }
        reports.count(tally);
        String log = checkout.name(reports.log());
        if (!ended) {
            tally.fail(p.getName(), timeout.message() + "\nsee " + log);
        } else if (jvm.exitValue() != 0 && tally.failed() == failed) {
            tally.fail(p.getName(), "the unit tests ended with " + jvm.exitValue() + ", see " + log + "\n" + reports.tail());
        }
        System.out.printf("  %-40s %5d tests %5.1f s%n", p.getName(), tally.seen() - seen, Checkout.seconds(start));
    }

    private List<String> command(Project p, Reports reports) throws Exception {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(p.getRunVM());
        command.addAll(flags(checkout, all));
        command.addAll(List.of("-cp", classPath(p),
            "org.junit.platform.console.ConsoleLauncher", "execute", "--disable-banner", "--disable-ansi-colors", "--details=tree",
            "--config=jazzer.hooks=false", // fuzz tests run their kept inputs here, and need no instrumented classes for it
            "--scan-classpath=" + p.getTestOutput(), "--reports-dir=" + reports.folder()));
        return command;
    }

    /// JUnit, the tests, and what they test.
    static String classPath(Project p) throws Exception {
        List<File> path = new ArrayList<>(List.of(p.getTestOutput(), p.getOutput()));
        path.addAll(Checkout.files(p.getTestpath()));
        path.addAll(Checkout.files(p.getBuildpath()));
        return console() + File.pathSeparator + String.join(File.pathSeparator, path.stream().map(File::getPath).toList());
    }

    /// What every test, here or in the container, may ask for: the checkout, and whether the long ones are wanted.
    static List<String> flags(Checkout checkout, boolean all) {
        return List.of("-ea", "-Dvbus.root=" + checkout.root, "-Dvbus.all=" + all);
    }

    private static String console() {
        for (String jar : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (jar.contains("junit-platform-console-standalone")) {
                return jar;
            }
        }
        throw new IllegalStateException("JUnit's console is not on the tool's class path");
    }
}
