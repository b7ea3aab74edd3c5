// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Which project may import whose packages: the table of the architecture. A project always may import its own.
final class ProjectTable {

    /// For tests alone.
    static final Set<String> NEVER_SHIPPED = Set.of("vbus.it", "vbus.bench", "vbus.stress");

    private static final Set<String> NOTHING = Set.of();
    private static final Set<String> API = Set.of("vbus.api");
    private static final Set<String> SHM = Set.of("vbus.shm");
    private static final Set<String> BOTH = Set.of("vbus.api", "vbus.shm");
    private static final Set<String> DEVICE = Set.of("vbus.api", "vbus.shm", "vbus.venet.api", "vbus.ib.verbs");

    private static final Map<String, Set<String>> TABLE = Map.ofEntries(
        entry("vbus.shm", NOTHING),
        entry("vbus.api", SHM),
        entry("vbus.core", BOTH),
        entry("vbus.proxy", BOTH),
        entry("vbus.local", BOTH),
        entry("vbus.unix", BOTH),
        entry("vbus.vhost", BOTH),
        entry("vbus.testkit", BOTH),
        entry("vbus.venet", DEVICE),
        entry("vbus.ib", DEVICE),
        entry("vbus.system", DEVICE),
        entry("vbus.venet.api", NOTHING),
        entry("vbus.ib.verbs", NOTHING),
        entry("vbus.shell", API),
        entry("vbus.web", API),
        entry("vbus.launch", NOTHING));

    private final List<String> projects; // the longest names first

    /// The table for a tree with these projects.
    ProjectTable(Collection<String> projectsOfTheTree) {
        final Set<String> all = new HashSet<>(TABLE.keySet());
        all.addAll(projectsOfTheTree);
        projects = all.stream().sorted(Comparator.comparingInt(String::length).reversed()).toList();
    }

    /// Projects whose packages the table opens to `project`; null when it does not know the project.
    Set<String> mayImport(String project) {
        if (NEVER_SHIPPED.contains(project)) {
            return Set.copyOf(projects);
        }
        return project.endsWith(".driver") || project.startsWith("vbus.example.") ? DEVICE : TABLE.get(project);
    }

    /// What is wrong with the imports of a file.
    List<String> imports(SourceFile file) {
        final Set<String> allowed = mayImport(file.project());
        if (allowed == null) {
            return List.of(unknown(file.name(), file.project()));
        }
        final List<String> wrong = new ArrayList<>();
        for (String used : file.usedPackages()) {
            final String owner = owner(used);
            final boolean testkit = file.part().equals("test") && owner.equals("vbus.testkit");
            final boolean device = file.part().equals("test") && file.project().equals(owner + ".driver"); // both together
            if (!owner.equals(file.project()) && !allowed.contains(owner) && !testkit && !device && !isCopied(file.project(), used)) {
                wrong.add("%s imports %s: %s may import %s".formatted(file.name(), used, file.project(), words(allowed)));
            }
        }
        return wrong;
    }

    /// What is wrong with the class path of a project, as its bnd file has it.
    List<String> paths(BndFile file) {
        final String project = file.project();
        final Set<String> allowed = mayImport(project);
        if (allowed == null) {
            return List.of(unknown(file.name(), project));
        }
        final List<String> wrong = new ArrayList<>();
        for (String path : List.of("-buildpath", "-testpath")) {
            for (String entry : file.list(path)) {
                final boolean testkit = path.equals("-testpath") && entry.equals("vbus.testkit");
                final boolean device = project.equals(entry + ".driver"); // for the copy of its protocol
                final boolean named = entry.equals("vbus.shm") && allowed.contains("vbus.api"); // javac reads what the API names
                if (entry.startsWith("vbus.") && !allowed.contains(entry) && !testkit && !device && !named) {
                    wrong.add("%s: %s has %s: %s may import %s".formatted(file.name(), path, entry, project, words(allowed)));
                }
            }
        }
        return wrong;
    }

    /// The project that a package belongs to, by the longest name that fits.
    private String owner(String used) {
        return projects.stream().filter(p -> used.equals(p) || used.startsWith(p + ".")).findFirst().orElse("no project");
    }

    /// A driver carries a copy of its device's numbers and layouts, and of its checksums and segmentation.
    private static boolean isCopied(String project, String used) {
        return project.endsWith(".driver") && Stream.of(".protocol", ".offload")
            .map(part -> project.replaceFirst("\\.driver$", part)).anyMatch(p -> used.equals(p) || used.startsWith(p + "."));
    }

    private static String unknown(String file, String project) {
        return "%s: %s is not in the table of projects: want it in ProjectTable and in docs/design/architecture.md"
            .formatted(file, project);
    }

    private static String words(Set<String> allowed) {
        return allowed.isEmpty() ? "no other project" : String.join(", ", new TreeSet<>(allowed));
    }
}
