// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import aQute.bnd.build.Project;

/// A project as its committed `.project` and `.classpath` show it to Eclipse.
final class EclipseProject {

    private static final List<String> NATURES = List.of("org.eclipse.jdt.core.javanature", "bndtools.core.bndnature");

    private static final String WARNING = ": warning: ";

    private final Checkout checkout;
    private final Project project;
    private final Path base;
    private final Path log;

    EclipseProject(Checkout checkout, Project project) throws Exception {
        this.checkout = checkout;
        this.project = project;
        this.base = project.getBase().toPath();
        this.log = project.getTarget().toPath().resolve("eclipse.log");
    }

    /// What is wrong, or null. What did not change since nothing was wrong is not compiled again.
    String wrong() throws Exception {
        var now = Fingerprint.ofEclipse(project);
        if (now.isSavedIn(project.getTarget().toPath())) {
            return null;
        }
        String wrong = Files.exists(base.resolve(".project")) ? wrongProject() : "no .project";
        if (wrong == null) {
            wrong = Files.exists(base.resolve(".classpath")) ? wrongClasspath() : "no .classpath";
        }
        if (wrong != null) {
            return wrong + ": run ./vbus eclipse";
        }
        String errors = compile();
        if (errors == null) {
            now.saveIn(project.getTarget().toPath());
        }
        return errors;
    }

    /// How many warnings the last compilation left.
    long warnings() throws Exception {
        return Files.exists(log) ? Files.readAllLines(log).stream().filter(EclipseProject::isWarning).count() : 0;
    }

    private String wrongProject() throws Exception {
        String text = Files.readString(base.resolve(".project"));
        if (!text.contains("<name>" + project.getName() + "</name>")) {
            return ".project has another name";
        }
        return NATURES.stream().filter(n -> !text.contains("<nature>" + n + "</nature>")).findFirst()
            .map(n -> ".project lacks the nature " + n).orElse(null);
    }

    private String wrongClasspath() throws Exception {
        var classpath = classpath();
        if (!classpath.hasBnd()) {
            return ".classpath lacks what bnd.bnd says";
        } else if (!classpath.javaLevel().equals(project.getProperty("javac.target"))) {
            return ".classpath has Java '" + classpath.javaLevel() + "', not " + project.getProperty("javac.target");
        }
        var sources = new ArrayList<EclipseClasspath.Source>();
        for (File f : project.getSourcePath()) {
            sources.add(source(f, project.getOutput(), false));
        }
        sources.add(source(project.getTestSrc(), project.getTestOutput(), true));
        for (var s : sources) {
            if (Compiler.hasSources(base.resolve(s.path()).toFile()) && !classpath.sources().contains(s)) {
                return ".classpath lacks " + s;
            }
        }
        return classpath.sources().stream().filter(s -> !sources.contains(s)).findFirst()
            .map(s -> ".classpath has " + s).orElse(null);
    }

    private String compile() throws Exception {
        var compiler = new EclipseCompiler(project, classpath());
        var lines = compiler.compile().stream().map(l -> l.replace(checkout.root + File.separator, "")).toList();
        Files.write(log, lines);
        print(lines.stream().filter(EclipseProject::isWarning).toList());
        var errors = lines.stream().filter(l -> l.contains(": error: ")).toList();
        return compiler.ok() ? null : String.join("\n", errors.isEmpty() ? lines : errors);
    }

    private void print(List<String> warnings) {
        if (!warnings.isEmpty()) {
            System.out.printf("%s: %d warnings in Eclipse, see %s%n", project.getName(), warnings.size(), checkout.name(log));
        }
    }

    private static boolean isWarning(String line) {
        return line.contains(WARNING);
    }

    private EclipseClasspath classpath() throws Exception {
        return EclipseClasspath.read(base.resolve(".classpath"));
    }

    private EclipseClasspath.Source source(File folder, File output, boolean test) {
        return new EclipseClasspath.Source(base.relativize(folder.toPath()).toString(),
            base.relativize(output.toPath()).toString(), test);
    }
}
