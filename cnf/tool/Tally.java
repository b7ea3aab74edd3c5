// SPDX-License-Identifier: Apache-2.0
import java.util.regex.Pattern;

/// What the tests came to. It says each failure and each skip when it hears of it, and the sum at the end.
final class Tally {

    /// What JUnit puts before a reason.
    private static final Pattern JUNIT = Pattern.compile("^(parent was skipped: )?(\\S+TestAbortedException: )?(Assumption failed: )?");
    private static final int LINES = 12;
    private static final int WIDTH = 400;

    private int passed;
    private int failed;
    private int skipped;

    void pass() {
        passed++;
    }

    void fail(String test, String message) {
        failed++;
        var lines = message.strip().lines().limit(LINES).map(l -> l.length() > WIDTH ? l.substring(0, WIDTH) + " ..." : l).toList();
        System.out.printf("failed: %s: %s%n", test, String.join("\n    ", lines));
    }

    void skip(String test, String reason) {
        skipped++;
        String said = JUNIT.matcher(reason.strip()).replaceFirst("");
        System.out.printf("skipped: %s: %s%n", test, said.lines().findFirst().orElse("no reason given"));
    }

    int failed() {
        return failed;
    }

    int seen() {
        return passed + failed + skipped;
    }

    /// The last line. No test at all is no success, and nothing may be left out when all were asked for.
    boolean close(boolean all) {
        System.out.printf("%d passed, %d failed, %d skipped%n", passed, failed, skipped);
        return passed > 0 && failed == 0 && (!all || skipped == 0);
    }
}
