// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.util.Map;

import aQute.bnd.build.Project;
import aQute.bnd.build.Run;
import aQute.bnd.osgi.Constants;

/// What leaves the workspace: a container in one jar, and released bundles.
final class Shipping {

    private final Checkout checkout;

    Shipping(Checkout checkout) {
        this.checkout = checkout;
    }

    boolean export(String name) throws Exception {
        Run run = Run.createRun(checkout.workspace, checkout.bndrun(name).toFile());
        var exported = run.export("bnd.executablejar", Map.of());
        boolean ok = checkout.report(run, name);
        if (exported != null) {
            File jar = new File(run.getTarget(), name + ".jar");
            exported.getValue().write(jar);
            System.out.printf("  %-40s %5d KB%n", checkout.name(jar.toPath()), jar.length() / 1024);
        }
        return ok;
    }

    /// A project that is never shipped has an empty `-releaserepo`.
    boolean release() throws Exception {
        boolean ok = true;
        for (Project p : checkout.projects()) {
            if (!p.isNoBundles() && !p.getProperty(Constants.RELEASEREPO, "").isBlank()) {
                p.release();
                ok &= checkout.report(p, p.getName());
                System.out.println("  " + p.getName() + " " + p.getProperty(Constants.BUNDLE_VERSION));
            }
        }
        return ok;
    }
}
