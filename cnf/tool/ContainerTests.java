// SPDX-License-Identifier: Apache-2.0
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import aQute.bnd.build.ProjectLauncher.NotificationType;
import aQute.bnd.build.ProjectTester;
import aQute.bnd.build.Run;
import aQute.bnd.osgi.Constants;

/// The tests in the container: every bndrun with a `-tester`.
final class ContainerTests {

    /// Nothing is left to be stopped.
    private static final String ENDED = "ended";

    private final Checkout checkout;
    private final boolean all;
    private final Tally tally;

    ContainerTests(Checkout checkout, boolean all, Tally tally) {
        this.checkout = checkout;
        this.all = all;
        this.tally = tally;
    }

    void run(String pattern) throws Exception {
        for (Path f : checkout.bndruns(pattern)) {
            Run run = Run.createRun(checkout.workspace, f.toFile());
            if (run.getProperty(Constants.TESTER) != null) {
                run(run, checkout.name(f));
            }
        }
    }

    private void run(Run run, String name) throws Exception {
        long start = System.nanoTime();
        int seen = tally.seen();
        int failed = tally.failed();
        var reports = Reports.fresh(run.getTarget().toPath().resolve("test-reports/" + Path.of(name).getFileName()));
        ProjectTester tester = run.getProjectTester();
        tester.setReportDir(reports.folder().toFile());
        tester.setContinuous(false);
        UnitTests.flags(checkout, all).forEach(tester.getProjectLauncher()::addRunVM);
        var stopped = new AtomicReference<String>();
        int result;
        try (Writer log = Files.newBufferedWriter(reports.log())) {
            tester.getProjectLauncher().setStreams(log, log);
            guard(tester, TestTimeout.of(run), reports, stopped);
            tester.prepare();
            result = checkout.report(run, name) ? tester.test() : 1;
        }
        reports.count(tally);
        run.clear(); // bnd says once more how the JVM ended
        String why = stopped.getAndSet(ENDED);
        String log = checkout.name(reports.log());
        if (why != null) {
            tally.fail(name, why + "\nsee " + log);
        } else if (tally.seen() == seen || result != 0 && tally.failed() == failed) {
            tally.fail(name, "ended with " + result + " after " + (tally.seen() - seen) + " tests, see " + log + "\n" + reports.tail());
        }
        System.out.printf("  %-40s %5d tests %5.1f s%n", name, tally.seen() - seen, Checkout.seconds(start));
    }

    /// bnd's launcher would wait for ever for a tester that cannot resolve, or for a test that hangs.
    private void guard(ProjectTester tester, TestTimeout timeout, Reports reports, AtomicReference<String> stopped) {
        tester.registerForNotifications((type, message) -> {
            if (type == NotificationType.ERROR && stopped.compareAndSet(null, message)) {
                after(1).execute(ContainerTests::stop); // it may still tell more
            }
        });
        after(timeout.seconds()).execute(() -> {
            if (stopped.compareAndSet(null, timeout.message())) {
                ThreadDump.of(ProcessHandle.current().children(), reports.log());
                stop();
            }
        });
    }

    /// Ends the container, and what its tests started.
    private static void stop() {
        var processes = ProcessHandle.current().descendants().toList();
        processes.forEach(ProcessHandle::destroy);
        after(5).execute(() -> processes.forEach(ProcessHandle::destroyForcibly));
    }

    private static Executor after(int seconds) {
        return CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS);
    }
}
