// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The files of the checkout that people write. What was built or fetched is not looked at.
record SourceTree(Path root, List<SourceFile> sources, List<BndFile> projects) {

    /// The tree that `-Dvbus.root` names, else the one around the current folder.
    static SourceTree read() {
        final Path root = findRoot();
        final List<SourceFile> sources = new ArrayList<>();
        final List<BndFile> projects = new ArrayList<>();
        for (Path bnd : list(root).stream().map(p -> p.resolve("bnd.bnd")).filter(Files::exists).toList()) {
            final String project = bnd.getParent().getFileName().toString();
            projects.add(new BndFile(project, root.relativize(bnd).toString(), text(bnd)));
            for (String part : List.of("src", "test")) {
                addSources(sources, root, project, part);
            }
        }
        addSources(sources, root, "cnf", "tool");
        return new SourceTree(root, List.copyOf(sources), List.copyOf(projects));
    }

    /// Files below `cnf` that are not Java, by name and text.
    Stream<SourceFile> buildFiles() {
        return walk(root.resolve("cnf")).stream()
            .filter(f -> !f.startsWith(root.resolve("cnf/cache")) && !f.startsWith(root.resolve("cnf/release")))
            .map(f -> new SourceFile("cnf", "build", root.relativize(f).toString(), text(f)));
    }

    List<String> projectNames() {
        return projects.stream().map(BndFile::project).toList();
    }

    private static Path findRoot() {
        final String given = System.getProperty("vbus.root");
        if (given != null) {
            return Path.of(given);
        }
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.isDirectory(folder.resolve("cnf"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException("no folder with cnf/ around " + Path.of("").toAbsolutePath() + ": want -Dvbus.root=FOLDER");
        }
        return folder;
    }

    private static void addSources(List<SourceFile> sources, Path root, String project, String part) {
        for (Path f : walk(root.resolve(project).resolve(part))) {
            if (f.toString().endsWith(".java")) {
                sources.add(new SourceFile(project, part, root.relativize(f).toString(), text(f)));
            }
        }
    }

    private static List<Path> list(Path folder) {
        try (var files = Files.list(folder)) {
            return files.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> walk(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
