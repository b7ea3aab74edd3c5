// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import aQute.bnd.build.Project;
import aQute.lib.io.IO;

/// Compiles one project and makes its bundles, when anything they are made of changed.
final class ProjectBuild {

    enum State { WAITING, BUILT, UP_TO_DATE, FAILED }

    private final Checkout checkout;
    private final Project project;
    private final Path target;
    private volatile State state = State.WAITING;

    ProjectBuild(Checkout checkout, Project project) throws Exception {
        this.checkout = checkout;
        this.project = project;
        this.target = project.getTarget().toPath();
    }

    boolean run() {
        try {
            forgetCopy();
            var main = Fingerprint.ofBundles(checkout, project);
            boolean bundles = main.isSavedIn(target) && (project.isNoBundles() || project.getBuildFiles(false) != null);
            boolean ok = checkout.report(project, project.getName()) && (bundles || bundles());
            var tests = Fingerprint.ofTests(checkout, project);
            boolean tested = bundles && tests.isSavedIn(target);
            ok = ok && (tested || tests());
            state = !ok ? State.FAILED : tested ? State.UP_TO_DATE : State.BUILT;
        } catch (Exception e) {
            e.printStackTrace(System.out);
            state = State.FAILED;
        }
        return state != State.FAILED;
    }

    State state() {
        return state;
    }

    /// Also those of earlier builds: what is up to date is not compiled again, but its warnings are still true.
    long warnings() {
        return Compiler.warnings(target, "main") + Compiler.warnings(target, "test");
    }

    private boolean bundles() throws Exception {
        long start = System.nanoTime();
        Fingerprint.forget(target);
        var compiler = new Compiler(checkout, project, "main");
        if (!compiler.compile(project.getSourcePath(), Checkout.files(project.getBuildpath()), project.getOutput())) {
            return false;
        }
        File[] jars = project.build();
        if (!checkout.report(project, project.getName())) {
            return false;
        }
        for (File f : jars == null ? new File[0] : jars) {
            System.out.printf("  %-40s %5d KB %5.1f s%n", f.getName(), (f.length() + 1023) / 1024, Checkout.seconds(start));
        }
        Fingerprint.ofBundles(checkout, project).saveIn(target);
        return true;
    }

    private boolean tests() throws Exception {
        List<File> path = new ArrayList<>(List.of(project.getOutput()));
        path.addAll(Checkout.files(project.getTestpath()));
        path.addAll(Checkout.files(project.getBuildpath()));
        boolean ok = new Compiler(checkout, project, "test").compile(List.of(project.getTestSrc()), path, project.getTestOutput());
        if (ok) {
            Fingerprint.ofTests(checkout, project).saveIn(target);
        }
        return ok;
    }

    /// bnd's own notes in `generated/` have absolute paths: with those of a copied checkout it would delete the bundles of the original.
    private void forgetCopy() throws Exception {
        Path note = target.resolve("checkout");
        String here = checkout.root + " " + System.getProperty("java.version");
        if (!Files.exists(note) || !Files.readString(note).equals(here)) {
            IO.delete(target.toFile());
            Files.createDirectories(target);
            Files.writeString(note, here);
        }
    }
}
