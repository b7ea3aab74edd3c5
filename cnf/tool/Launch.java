// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

import aQute.bnd.build.Run;

/// Leaves the arguments of the container's JVM in `generated/NAME.launch.args`, for the script to start it.
///
/// bnd's own command loads the framework behind a class loader of its pre-launcher, out of reach of the JVM's AOT cache. Here
/// framework and launcher are on the class path; the rest of the command stays as it is.
final class Launch {

    private static final String PROPERTIES = "-Dlauncher.properties=";
    private static final String RUNPATH = "-Dlauncher.runpath=";

    private final Checkout checkout;
    private final String name;
    private final Path bndrun;

    Launch(Checkout checkout, String name) throws IOException {
        this.checkout = checkout;
        this.name = name;
        this.bndrun = checkout.bndrun(name);
    }

    boolean prepare() throws Exception {
        Run run = Run.createRun(checkout.workspace, bndrun.toFile());
        List<String> command = run.getProjectLauncher().getCommand().getArguments();
        if (!checkout.report(run, name)) {
            return false;
        }
        var arguments = new ArrayList<String>();
        for (String a : command.subList(3, command.size() - 1)) { // after java -cp PRE-LAUNCHER, before the main class
            if (a.startsWith(PROPERTIES)) {
                Files.move(Path.of(a.substring(PROPERTIES.length())), properties(bndrun), StandardCopyOption.REPLACE_EXISTING);
            } else if (a.startsWith(RUNPATH)) {
                arguments.addAll(List.of("-cp", a.substring(RUNPATH.length()).replace(",", System.getProperty("path.separator"))));
            } else {
                arguments.add(a);
            }
        }
        var cache = new AotCache(generated(bndrun, ".aot"));
        Files.write(generated(bndrun, ".launch.args"), cache.usedBy(arguments, properties(bndrun)).stream().map(Launch::quoted).toList());
        return true;
    }

    /// What bnd's launcher runs from, and looks at while it runs.
    static Path properties(Path bndrun) {
        return generated(bndrun, ".launch.properties");
    }

    private static Path generated(Path bndrun, String suffix) {
        return bndrun.resolveSibling("generated").resolve(bndrun.getFileName().toString().replace(".bndrun", suffix));
    }

    /// As `java @FILE` reads it.
    static String quoted(String argument) {
        return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
