// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import vbus.bench.fork.JmhLeg;
import vbus.bench.pair.Pace;

/// Millions of messages a second: the median of those short iterations at whose begin and end both processors had their cores alone.
///
/// The two sides of a ring are not slowed alike by a neighbour on their core, and neighbours come and go within a second.
///
/// @param pace what a processor does that has its core alone
record QuietMillis(Pace pace) implements ToDoubleFunction<RunResult> {

    /// Of each iteration: shorter than most neighbours stay away.
    static final int ITERATION_MILLIS = 50;

    private static final int LEAST = 5;
    private static final List<String> PACES = List.of("producerPace", "consumerPace");

    @Override
    public double applyAsDouble(RunResult result) {
        final List<IterationResult> all = result.getBenchmarkResults().stream().flatMap(b -> b.getIterationResults().stream()).toList();
        all.forEach(i -> PACES.forEach(p -> pace.saw(JmhLeg.secondary(i, p))));
        final List<Double> quiet = all.stream()
            .filter(i -> PACES.stream().allMatch(p -> pace.isAlone(JmhLeg.secondary(i, p))))
            .map(i -> JmhLeg.secondary(i, "messages") / 1e6).sorted().toList();
        if (quiet.size() < LEAST) {
            throw new IllegalStateException("the host shared a core in %d of %d stretches"
                .formatted(all.size() - quiet.size(), all.size()));
        }
        return quiet.get(quiet.size() / 2);
    }
}
