// SPDX-License-Identifier: Apache-2.0
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import aQute.bnd.build.Project;
import aQute.bnd.build.Workspace;
import aQute.bnd.osgi.Processor;

/// Whether the workspace is what its developers' tools expect: each check is a test.
///
/// bnd loads every project without a word, Eclipse compiles it, the templates are found, every bndrun is resolved.
final class WorkspaceChecks {

    private static final String TEMPLATE = "org.bndtools.template";

    private final Checkout checkout;
    private final Tally tally;

    WorkspaceChecks(Checkout checkout, Tally tally) {
        this.checkout = checkout;
        this.tally = tally;
    }

    void run(String pattern) throws Exception {
        loads(pattern);
        compiles(pattern);
        new Resolve(checkout).check(pattern, tally);
    }

    /// A second workspace, as an IDE opens it: nothing that the build said is lost in it.
    private void loads(String pattern) throws Exception {
        long start = System.nanoTime();
        int seen = tally.seen();
        try (var workspace = new Workspace(checkout.root.toFile())) {
            for (Project p : workspace.getAllProjects()) {
                if (p.getName().contains(pattern)) {
                    p.prepare();
                    p.verifyDependencies(true);
                    count(p.getName() + " in bnd", p.isValid() ? said(p) : "is no valid project");
                }
            }
            count("cnf in bnd", said(workspace));
            if (NewDevice.CARRIER.contains(pattern)) {
                count("templates in Bndtools", templates(workspace));
            }
        }
        System.out.printf("  %-40s %5d tests %5.1f s%n", "bnd", tally.seen() - seen, Checkout.seconds(start));
    }

    private void compiles(String pattern) throws Exception {
        long start = System.nanoTime();
        int seen = tally.seen();
        long warnings = 0;
        for (Project p : checkout.projects()) {
            if (p.getName().contains(pattern)) {
                var eclipse = new EclipseProject(checkout, p);
                count(p.getName() + " in Eclipse", eclipse.wrong());
                warnings += eclipse.warnings();
            }
        }
        System.out.printf("  %-40s %5d tests %5.1f s%s%n", "Eclipse", tally.seen() - seen, Checkout.seconds(start),
            warnings == 0 ? "" : ", " + warnings + " warnings");
    }

    private void count(String check, String wrong) {
        if (wrong == null) {
            tally.pass();
        } else {
            tally.fail(check, wrong);
        }
    }

    private static String said(Processor bnd) {
        List<String> all = new ArrayList<>(bnd.getErrors());
        all.addAll(bnd.getWarnings());
        return all.isEmpty() ? null : String.join("\n", all);
    }

    /// The New Project wizard asks all repositories for this capability; the folders are what `./vbus new` uses.
    private static String templates(Workspace workspace) throws Exception {
        var found = workspace.findProviders(TEMPLATE, "(" + TEMPLATE + "=project)").map(c -> c.getAttributes().get("dir"))
            .collect(Collectors.toSet());
        var wanted = NewDevice.TEMPLATES.stream().map(t -> NewDevice.IN_BUNDLE + t).toList();
        return found.containsAll(wanted) ? null : "the New Project wizard finds " + found + ", not " + wanted;
    }
}
