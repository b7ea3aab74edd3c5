// SPDX-License-Identifier: Apache-2.0
package vbus.stress;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import vbus.stress.explore.Exploration;

/// The long form: the larger programs in every interleaving, many random ones beyond, and jcstress on all kinds of compilers.
/// An hour or so. Its exit status is 1 when anything went wrong, or could not be explored to its end.
public final class Stress {

    private static final int STATES = 20_000_000;
    private static final int SCHEDULES = 500_000;
    private static final int SECONDS = (int) TimeUnit.HOURS.toSeconds(3);

    private Stress() { }

    /// @param arguments a seed, or nothing
    public static void main(String[] arguments) throws IOException, InterruptedException {
        final long seed = arguments.length > 0 ? Long.parseLong(arguments[0]) : System.nanoTime();
        say("seed " + seed);
        boolean ok = Stream.concat(Program.small(), Program.large()).filter(p -> !goesRight(p)).toList().isEmpty();
        ok &= Program.beyond().filter(p -> !goesRightAtRandom(p, seed)).toList().isEmpty();
        final Races.Result races = new Races(Path.of("generated/jcstress-long").toAbsolutePath(), Races.LONG).run(".*", null, SECONDS);
        say(races.toString());
        ok &= races.passed() > 0 && races.failed() == 0 && races.errors() == 0;
        System.exit(ok ? 0 : 1);
    }

    private static boolean goesRight(Program program) {
        final Exploration e = program.explorer(null).all(STATES);
        say(e.toString());
        return e.complete() && e.violation() == null;
    }

    private static boolean goesRightAtRandom(Program program, long seed) {
        final Exploration e = program.explorer(null).random(seed, SCHEDULES);
        say(e.violation() == null ? e.toString() : e + "\n" + e.violation());
        return e.violation() == null;
    }

    private static void say(String line) {
        System.out.println(line); // why: what it says is the record
    }
}
