// SPDX-License-Identifier: Apache-2.0
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

import org.osgi.service.resolver.ResolutionException;

import biz.aQute.resolve.Bndrun;
import biz.aQute.resolve.ResolveProcess;

/// Computes the `-runbundles` of the bndruns from their requirements.
final class Resolve {

    private final Checkout checkout;

    Resolve(Checkout checkout) {
        this.checkout = checkout;
    }

    boolean write(String pattern) throws Exception {
        boolean ok = true;
        for (Path f : checkout.bndruns(pattern)) {
            ok &= resolve(f, true) == null;
        }
        return ok;
    }

    /// Changes nothing: a bndrun whose bundles are not those it asks for is a failed test.
    void check(String pattern, Tally tally) throws Exception {
        for (Path f : checkout.bndruns(pattern)) {
            String wrong = resolve(f, false);
            if (wrong == null) {
                tally.pass();
            } else {
                tally.fail(checkout.name(f), wrong);
            }
        }
    }

    /// What is wrong, or null.
    private String resolve(Path f, boolean write) throws Exception {
        long start = System.nanoTime();
        try (Bndrun run = Bndrun.createBndrun(checkout.workspace, f.toFile())) {
            var before = bundles(run);
            run.resolve(false, write);
            if (!checkout.report(run, checkout.name(f))) {
                return "does not resolve";
            }
            var after = bundles(run);
            boolean same = before.equals(after); // whatever their order
            System.out.printf("  %-40s %5d bundles%s %.1f s%n", checkout.name(f), after.size(), same ? "" : ", changed",
                Checkout.seconds(start));
            return same || write ? null : "-runbundles lack " + without(after, before) + " and should not have " + without(before, after)
                + ": see ./vbus resolve";
        } catch (ResolutionException e) {
            String why = ResolveProcess.format(e, false);
            if (write) {
                System.out.printf("%s: error: %s%n", checkout.name(f), why);
            }
            return why;
        }
    }

    private static Set<String> without(Set<String> all, Set<String> some) {
        var rest = new TreeSet<>(all);
        rest.removeAll(some);
        return rest;
    }

    private static Set<String> bundles(Bndrun run) {
        var names = new TreeSet<String>();
        if (run.getModel().getRunBundles() != null) {
            run.getModel().getRunBundles().forEach(b -> names.add(b.getName() + ' ' + b.getVersionRange()));
        }
        return names;
    }
}
