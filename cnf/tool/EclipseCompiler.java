// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Collectors;

import org.eclipse.jdt.core.compiler.batch.BatchCompiler;

import aQute.bnd.build.Container;
import aQute.bnd.build.Project;
import aQute.bnd.header.Parameters;
import aQute.bnd.osgi.Constants;
import aQute.lib.io.IO;

/// Compiles a project's source folders as Eclipse does with Bndtools, beside what the build made, and throws the classes away.
final class EclipseCompiler {

    private final Project project;
    private final EclipseClasspath classpath;
    private final Path outputs;
    private final StringWriter said = new StringWriter();
    private boolean ok = true;

    EclipseCompiler(Project project, EclipseClasspath classpath) throws Exception {
        this.project = project;
        this.classpath = classpath;
        this.outputs = project.getTarget().toPath().resolve("eclipse");
    }

    /// What the compiler says: `FILE:LINE: warning: ...` or `FILE:LINE: error: ...`.
    List<String> compile() throws Exception {
        IO.delete(outputs.toFile());
        var path = new ArrayList<>(entries(project.getBuildpath()));
        compile(false, path);
        path.addAll(entries(project.getTestpath()));
        classpath.sources().stream().filter(s -> !s.test()).map(this::output).distinct().forEach(path::addFirst);
        compile(true, path);
        IO.delete(outputs.toFile());
        return said.toString().lines().distinct().toList();
    }

    /// Whether the last compilation had no error.
    boolean ok() {
        return ok;
    }

    private void compile(boolean tests, List<String> path) throws IOException {
        var sources = new ArrayList<EclipseClasspath.Source>();
        for (var s : classpath.sources()) {
            if (s.test() == tests && Compiler.hasSources(new File(project.getBase(), s.path()))) {
                sources.add(s);
            }
        }
        if (sources.isEmpty()) {
            return;
        }
        var arguments = new ArrayList<>(List.of("--release", classpath.javaLevel(), "-proc:none", "-encoding", "UTF-8", "-Xemacs",
            "-d", output(sources.getFirst()), "-classpath", String.join(File.pathSeparator, path)));
        sources.forEach(s -> arguments.add(new File(project.getBase(), s.path()).getPath()));
        var writer = new PrintWriter(said, true);
        ok &= BatchCompiler.compile(arguments.toArray(String[]::new), writer, writer, null);
    }

    private String output(EclipseClasspath.Source source) {
        return outputs.resolve(source.output()).toString();
    }

    /// What a bundle does not export is discouraged, unless an attribute of its entry opens it.
    private static List<String> entries(Collection<Container> path) throws Exception {
        var entries = new ArrayList<String>();
        for (Container c : Container.flatten(path)) {
            String open = c.getAttributes().get("packages");
            Collection<String> packages = open == null ? exports(c.getFile()) : List.of(open.strip().split("\\s*,\\s*"));
            if (packages == null) {
                entries.add(c.getFile().getPath());
            } else {
                String rules = packages.stream().map(p -> "+" + p.replace("*", "**").replace('.', '/') + "/*" + File.pathSeparator)
                    .collect(Collectors.joining());
                entries.add(c.getFile() + "[" + rules + "~**/*]");
            }
        }
        return entries;
    }

    /// Null for what is no bundle.
    private static Collection<String> exports(File file) throws Exception {
        if (file.isDirectory()) {
            return null;
        }
        try (var jar = new JarFile(file)) {
            var headers = jar.getManifest() == null ? null : jar.getManifest().getMainAttributes();
            return headers == null || headers.getValue(Constants.BUNDLE_MANIFESTVERSION) == null ? null
                : new Parameters(headers.getValue(Constants.EXPORT_PACKAGE)).keySet();
        }
    }
}
