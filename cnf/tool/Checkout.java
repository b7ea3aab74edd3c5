// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import aQute.bnd.build.Container;
import aQute.bnd.build.Project;
import aQute.bnd.build.Run;
import aQute.bnd.build.Workspace;
import aQute.bnd.header.Attrs;
import aQute.bnd.osgi.Constants;
import aQute.bnd.osgi.Processor;
import aQute.lib.io.IO;

/// The root folder as bnd sees it: projects, bndruns, and what bnd has to say of them.
final class Checkout {

    final long start = System.nanoTime();
    final Path root;
    final Workspace workspace;

    Checkout(Path root) throws Exception {
        this.root = root;
        Workspace.setDriver("vbus");
        Workspace.addGestalt(Constants.GESTALT_BATCH, new Attrs());
        Workspace.addGestalt(Constants.GESTALT_OFFLINE, new Attrs());
        workspace = new Workspace(root.toFile());
        report(workspace, "cnf");
    }

    Collection<Project> projects() {
        return workspace.getAllProjects();
    }

    /// The projects of that name, and those behind the bndruns of that name.
    Set<Project> matching(String pattern) throws Exception {
        var found = new LinkedHashSet<Project>();
        for (Project p : projects()) {
            if (p.getName().contains(pattern)) {
                found.add(p);
            }
        }
        for (Path f : bndruns(pattern)) {
            Run run = Run.createRun(workspace, f.toFile());
            for (Container c : run.getRunbundles()) {
                if (c.getProject() != null && c.getProject() != run) {
                    found.add(workspace.getProject(c.getProject().getName()));
                }
            }
        }
        found.remove(null);
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no project and no .bndrun is called *" + pattern + "*");
        }
        return found;
    }

    /// Bndruns are known by project and file, as in `vbus.launch/vbus.bndrun`.
    List<Path> bndruns(String pattern) throws IOException {
        var found = new ArrayList<Path>();
        for (Project p : projects()) {
            try (var files = Files.newDirectoryStream(p.getBase().toPath(), "*.bndrun")) {
                files.forEach(found::add);
            }
        }
        found.removeIf(f -> !name(f).contains(pattern));
        found.sort(null);
        return found;
    }

    Path bndrun(String name) throws IOException {
        return bndruns("").stream().filter(f -> f.endsWith("vbus.launch/" + name + ".bndrun")).findFirst()
            .orElseThrow(() -> new IllegalArgumentException("there is no vbus.launch/" + name + ".bndrun"));
    }

    String name(Path file) {
        return root.relativize(file).toString();
    }

    /// Prints what bnd found wrong. True when there was no error.
    boolean report(Processor found, String name) {
        found.getWarnings().forEach(w -> System.out.printf("%s: warning: %s%n", name, w));
        found.getErrors().forEach(e -> System.out.printf("%s: error: %s%n", name, e));
        boolean ok = found.getErrors().isEmpty();
        found.clear();
        return ok;
    }

    boolean clean() throws Exception {
        for (Project p : projects()) {
            for (File f : List.of(p.getOutput(), p.getTestOutput(), p.getTarget())) {
                IO.delete(f);
            }
        }
        return true;
    }

    static List<File> files(Collection<Container> path) throws Exception {
        var files = new ArrayList<File>();
        for (Container c : Container.flatten(path)) {
            if (c.getError() == null) {
                files.add(c.getFile());
            }
        }
        return files;
    }

    static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
