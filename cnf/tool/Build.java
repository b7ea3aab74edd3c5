// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import aQute.bnd.build.Project;

/// Builds projects, side by side, each one after those it needs.
final class Build {

    private final Checkout checkout;
    private final Map<Project, ProjectBuild> builds = new LinkedHashMap<>();
    private final Map<Project, CompletableFuture<Boolean>> jobs = new LinkedHashMap<>();

    Build(Checkout checkout) {
        this.checkout = checkout;
    }

    boolean run(Collection<Project> wanted) throws Exception {
        for (Project p : checkout.projects()) {
            p.prepare();
        }
        try (var pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            for (Project p : wanted) {
                job(p, pool);
            }
            CompletableFuture.allOf(jobs.values().toArray(CompletableFuture[]::new)).join();
        }
        boolean ok = checkout.report(checkout.workspace, "cnf") && failed().isEmpty();
        long built = count(ProjectBuild.State.BUILT);
        if (ok && built > 0) {
            touchLaunches();
        }
        System.out.printf("build: %d built, %d up to date, %d warnings, %.1f s%n", built, count(ProjectBuild.State.UP_TO_DATE),
            builds.values().stream().mapToLong(ProjectBuild::warnings).sum(), Checkout.seconds(checkout.start));
        return ok;
    }

    List<String> failed() {
        return builds.entrySet().stream().filter(e -> e.getValue().state() == ProjectBuild.State.FAILED)
            .map(e -> e.getKey().getName()).toList();
    }

    private long count(ProjectBuild.State state) {
        return builds.values().stream().filter(b -> b.state() == state).count();
    }

    private CompletableFuture<Boolean> job(Project p, ExecutorService pool) throws Exception {
        var known = jobs.get(p);
        if (known != null) {
            return known;
        }
        var needs = new ArrayList<CompletableFuture<Boolean>>();
        for (Project d : p.getDependson()) {
            if (d != p) {
                needs.add(job(d, pool));
            }
        }
        var build = new ProjectBuild(checkout, p);
        var mine = CompletableFuture.allOf(needs.toArray(CompletableFuture[]::new))
            .thenApplyAsync(_ -> needs.stream().allMatch(CompletableFuture::join) && build.run(), pool);
        builds.put(p, build);
        jobs.put(p, mine);
        return mine;
    }

    /// A running container looks at the time of its properties, and updates the bundles that changed.
    private void touchLaunches() throws IOException {
        for (Path f : checkout.bndruns("")) {
            Path properties = Launch.properties(f);
            if (Files.exists(properties)) {
                Files.setLastModifiedTime(properties, FileTime.from(Instant.now()));
            }
        }
    }
}
