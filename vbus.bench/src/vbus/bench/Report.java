// SPDX-License-Identifier: Apache-2.0
package vbus.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import vbus.bench.pair.Limits;
import vbus.bench.pair.Trial;
import vbus.bench.pair.Verdict;

/// What a measurement has to tell: lines at once, rows for the record, verdicts in the end.
///
/// Threads: one.
public final class Report {

    private final Consumer<String> out;
    private final List<String> lines = new ArrayList<>();
    private final List<String> rows = new ArrayList<>();
    private final List<String> last = new ArrayList<>();
    private boolean met = true;

    /// @param out shows a line
    public Report(Consumer<String> out) {
        this.out = out;
    }

    /// Tells something now.
    public void line(String line) {
        lines.add(line);
        out.accept(line);
    }

    /// Adds a raw row; the first is the head of the table.
    public void row(String row) {
        rows.add(row);
    }

    /// A leg that was run: a line and a row.
    public void trial(Trial trial) {
        if (rows.isEmpty()) {
            row(Trial.COLUMNS);
        }
        row(trial.row());
        line("  " + trial);
    }

    /// What a reader must know of the machine before the figures.
    public void conditions(Limits limits, boolean preempts) {
        line("probe: %s; a leg counts with at most %.1f jiffies/s of other load; %d pairs of one class, at most %d legs".formatted(
            preempts ? "interrupts the legs" : "shares the processors with the legs, for the system lets no thread interrupt others",
            limits.otherLoad(), limits.pairs(), limits.attempts()));
        if (limits.raised()) {
            line("the threshold of other load was raised: these figures are for trying things out, not a measurement");
        }
    }

    /// A result, to be shown last.
    public void verdict(Verdict verdict) {
        result(verdict.toString(), verdict.isMet());
    }

    /// A result of something that has no peer.
    public void result(String line, boolean isMet) {
        last.add(line);
        met &= isMet;
    }

    /// Shows the results: one line each, nothing after them.
    void close() {
        last.forEach(out);
    }

    /// True when no bar was missed and everything with a bar was measured.
    public boolean isMet() {
        return met && !last.isEmpty();
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    List<String> rows() {
        return List.copyOf(rows);
    }

    List<String> results() {
        return List.copyOf(last);
    }
}
