// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import aQute.bnd.build.Project;

/// Names, sizes and times of everything that something is made of.
record Fingerprint(String kind, String text) {

    private static final String MAIN = "main", TEST = "test", ECLIPSE = "eclipse";

    /// A changed test changes no bundle, and nobody who depends on it.
    static Fingerprint ofBundles(Checkout checkout, Project p) throws Exception {
        List<File> in = new ArrayList<>(Checkout.files(p.getBuildpath()));
        in.add(checkout.workspace.getPropertiesFile());
        in.addAll(checkout.workspace.getIncluded());
        in.addAll(p.getIncluded());
        Path base = p.getBase().toPath();
        try (var files = Files.newDirectoryStream(base)) {
            for (Path f : files) {
                if (Files.isDirectory(f) && !f.getFileName().toString().startsWith(".") && !outputs(p).contains(f.toFile())) {
                    in.addAll(tree(f));
                } else if (f.toString().endsWith(".bnd")) {
                    in.add(f.toFile());
                }
            }
        }
        return new Fingerprint(MAIN, text(in));
    }

    static Fingerprint ofTests(Checkout checkout, Project p) throws Exception {
        List<File> in = new ArrayList<>(Checkout.files(p.getTestpath()));
        in.add(saved(p.getTarget().toPath(), MAIN).toFile());
        in.addAll(tree(p.getTestSrc().toPath()));
        return new Fingerprint(TEST, text(in));
    }

    /// After the others: what Eclipse adds to them.
    static Fingerprint ofEclipse(Project p) throws Exception {
        Path base = p.getBase().toPath();
        Path target = p.getTarget().toPath();
        return new Fingerprint(ECLIPSE, text(List.of(base.resolve(".project").toFile(), base.resolve(".classpath").toFile(),
            saved(target, MAIN).toFile(), saved(target, TEST).toFile())));
    }

    boolean isSavedIn(Path target) throws IOException {
        Path f = saved(target, kind);
        return Files.exists(f) && Files.readString(f).equals(text);
    }

    void saveIn(Path target) throws IOException {
        Files.writeString(saved(target, kind), text);
    }

    static void forget(Path target) throws IOException {
        Files.deleteIfExists(saved(target, MAIN));
        Files.deleteIfExists(saved(target, TEST));
    }

    private static Path saved(Path target, String kind) {
        return target.resolve(kind + ".fingerprint");
    }

    private static Collection<File> outputs(Project p) throws Exception {
        return List.of(p.getOutput(), p.getTestOutput(), p.getTarget(), p.getTestSrc());
    }

    private static List<File> tree(Path dir) throws IOException {
        if (!Files.isDirectory(dir)) {
            return List.of();
        }
        try (var tree = Files.walk(dir)) {
            return tree.filter(Files::isRegularFile).sorted().map(Path::toFile).toList();
        }
    }

    private static String text(List<File> files) {
        var text = new StringBuilder();
        for (File f : files) {
            text.append(f.getPath()).append(' ').append(f.length()).append(' ').append(f.lastModified()).append('\n');
        }
        return text.toString();
    }
}
