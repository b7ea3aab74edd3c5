// SPDX-License-Identifier: Apache-2.0
package vbus.bench.fork;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import vbus.bench.pair.Pace;

/// Millions a second of what a benchmark counts: the median of those short iterations at whose begin and end both processors had their
/// cores alone. Its two threads have the states [Paced.First] and [Paced.Second].
///
/// Two threads are not slowed alike by a neighbour on the core of one, and neighbours come and go within a second.
///
/// @param pace what a processor does that has its core alone
/// @param counter of the benchmark
public record QuietMillis(Pace pace, String counter) implements ToDoubleFunction<RunResult> {

    /// Of each iteration: shorter than most neighbours stay away.
    public static final int ITERATION_MILLIS = 50;

    private static final int LEAST = 5;
    private static final List<String> PACES = List.of("firstPace", "secondPace");

    @Override
    public double applyAsDouble(RunResult result) {
        final List<IterationResult> all = result.getBenchmarkResults().stream().flatMap(b -> b.getIterationResults().stream()).toList();
        all.forEach(i -> PACES.forEach(p -> pace.saw(JmhLeg.secondary(i, p))));
        final List<Double> quiet = all.stream()
            .filter(i -> PACES.stream().allMatch(p -> pace.isAlone(JmhLeg.secondary(i, p))))
            .map(i -> JmhLeg.secondary(i, counter) / 1e6).sorted().toList();
        if (quiet.size() < LEAST) {
            throw new IllegalStateException("the host shared a core in %d of %d stretches"
                .formatted(all.size() - quiet.size(), all.size()));
        }
        return quiet.get(quiet.size() / 2);
    }
}
