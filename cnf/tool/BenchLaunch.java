// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import aQute.bnd.build.Project;

/// Leaves the arguments of the JVM that measures in `vbus.bench/generated/bench.args`, for the script to start it.
///
/// It is small and quiet: what is measured runs in JVMs of its own, most of the time.
final class BenchLaunch {

    static final String PROJECT = "vbus.bench";

    private static final List<String> QUIET = List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-Djmh.ignoreLock=true");

    private final Checkout checkout;

    BenchLaunch(Checkout checkout) {
        this.checkout = checkout;
    }

    boolean prepare() throws Exception {
        Project p = checkout.workspace.getProject(PROJECT);
        List<File> path = new ArrayList<>(List.of(p.getOutput()));
        path.addAll(Checkout.files(p.getBuildpath()));
        List<String> arguments = new ArrayList<>(p.getRunVM());
        arguments.addAll(QUIET);
        arguments.addAll(List.of("-Dvbus.root=" + checkout.root,
            "-cp", String.join(File.pathSeparator, path.stream().map(File::getPath).toList()), PROJECT + ".Main"));
        Path file = p.getTarget().toPath().resolve("bench.args");
        Files.write(file, arguments.stream().map(Launch::quoted).toList());
        return checkout.report(p, PROJECT);
    }
}
