// SPDX-License-Identifier: Apache-2.0
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

import aQute.bnd.build.Project;
import aQute.lib.io.IO;

/// javac, in this JVM, on one source folder or more. Keeps the warnings beside what it made.
final class Compiler {

    private final Checkout checkout;
    private final Project project;
    private final String kind;

    Compiler(Checkout checkout, Project project, String kind) {
        this.checkout = checkout;
        this.project = project;
        this.kind = kind;
    }

    boolean compile(Collection<File> folders, List<File> path, File output) throws Exception {
        IO.delete(output);
        IO.mkdirs(output);
        List<Path> sources = new ArrayList<>();
        for (File f : folders) {
            sources.addAll(sourcesAndCopyTheRest(f.toPath(), output.toPath()));
        }
        Path notes = notes(project.getTarget().toPath(), kind);
        Files.deleteIfExists(notes);
        if (sources.isEmpty()) {
            return true;
        }
        var javac = ToolProvider.getSystemJavaCompiler();
        var found = new DiagnosticCollector<JavaFileObject>();
        var rest = new StringWriter();
        try (var files = javac.getStandardFileManager(found, Locale.ROOT, UTF_8)) {
            boolean ok = javac.getTask(rest, files, found, options(path, output), null, files.getJavaFileObjectsFromPaths(sources)).call();
            List<String> lines = found.getDiagnostics().stream().filter(d -> !isNoise(d)).map(this::line).toList();
            Files.write(notes, lines);
            System.out.print(String.join("", lines.stream().map(l -> l + "\n").toList()) + rest);
            return ok;
        }
    }

    /// How many warnings the last compilation left.
    static long warnings(Path target, String kind) {
        try (var lines = Files.lines(notes(target, kind))) {
            return lines.filter(l -> l.contains(": warning: ")).count();
        } catch (IOException e) {
            return 0; // nothing was compiled
        }
    }

    static boolean hasSources(File folder) throws IOException {
        if (!folder.isDirectory()) {
            return false;
        }
        try (var tree = Files.walk(folder.toPath())) {
            return tree.anyMatch(Compiler::isSource);
        }
    }

    private static Path notes(Path target, String kind) {
        return target.resolve(kind + ".javac.log");
    }

    private List<String> options(List<File> path, File output) {
        var options = new ArrayList<>(List.of("--release", project.getProperty("javac.target"), "-g", "-parameters",
            "-proc:" + project.getProperty("javac.proc", "none"),
            "-encoding", "UTF-8", "-d", output.getPath(),
            "-classpath", String.join(File.pathSeparator, path.stream().map(File::getPath).toList())));
        options.addAll(project.getParameters("java.options").keySet());
        return options;
    }

    /// Annotations in libraries name others that need not be on the path.
    private static boolean isNoise(Diagnostic<?> d) {
        return String.valueOf(d.getCode()).contains("annotation.method.not.found");
    }

    private String line(Diagnostic<? extends JavaFileObject> d) {
        String where = d.getSource() == null ? project.getName() : checkout.name(Path.of(d.getSource().toUri())) + ":" + d.getLineNumber();
        String kind = d.getKind() == Diagnostic.Kind.MANDATORY_WARNING ? "warning" : d.getKind().toString().toLowerCase(Locale.ROOT);
        return where + ": " + kind + ": " + d.getMessage(Locale.ROOT);
    }

    private static boolean isSource(Path f) {
        return f.toString().endsWith(".java");
    }

    private static List<Path> sourcesAndCopyTheRest(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            return List.of();
        }
        var sources = new ArrayList<Path>();
        try (var tree = Files.walk(from)) {
            for (Path f : (Iterable<Path>) tree.filter(Files::isRegularFile)::iterator) {
                if (isSource(f)) {
                    sources.add(f);
                } else {
                    Path copy = to.resolve(from.relativize(f));
                    Files.createDirectories(copy.getParent());
                    Files.copy(f, copy, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        return sources;
    }
}
