// SPDX-License-Identifier: Apache-2.0
package vbus.bench.fork;

import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import vbus.bench.pair.Leg;

/// One JMH run: one fork, a short warm-up, some seconds of iterations.
///
/// @param name of the leg
/// @param benchmark its class and method, as JMH includes it
/// @param parameters of the benchmark
/// @param seconds that count
/// @param iterationMillis of which each iteration has so many
/// @param profiled true for JMH's gc profiler
/// @param figure what is read from the result
public record JmhLeg(String name, String benchmark, Map<String, String> parameters, int seconds, int iterationMillis,
    boolean profiled, ToDoubleFunction<RunResult> figure) implements Leg {

    private static final int WARM_SECONDS = 2;
    private static final double MEBI = 1 << 20;

    @Override
    public double run() throws RunnerException {
        return figure.applyAsDouble(new Runner(options()).runSingle());
    }

    private Options options() {
        final var options = new OptionsBuilder().include("^" + benchmark.replace(".", "\\.") + "$").forks(1)
            .warmupIterations(WARM_SECONDS).warmupTime(TimeValue.seconds(1))
            .measurementIterations(seconds * 1000 / iterationMillis)
            .measurementTime(TimeValue.milliseconds(iterationMillis)).jvmArgs(Jvm.flags()).verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true);
        parameters.forEach(options::param);
        if (profiled) {
            options.addProfiler(GCProfiler.class);
        }
        return options.build();
    }

    /// A secondary result, such as a counter of the benchmark or what a profiler saw; its name may have a prefix.
    public static double secondary(RunResult result, String label) {
        return secondary(results(result.getSecondaryResults()), label);
    }

    /// The same of one iteration.
    public static double secondary(IterationResult result, String label) {
        return secondary(results(result.getSecondaryResults()), label);
    }

    private static double secondary(Map<String, Result<?>> results, String label) {
        for (Map.Entry<String, Result<?>> entry : results.entrySet()) {
            if (entry.getKey().endsWith(label)) {
                return entry.getValue().getScore();
            }
        }
        throw new IllegalStateException("JMH gave no " + label + ", but " + results.keySet());
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // JMH has it raw
    private static Map<String, Result<?>> results(Map<String, Result> results) {
        return (Map) results;
    }

    /// Bytes that all threads allocated in a second, as the gc profiler saw it.
    public static double allocatedBytesPerSecond(RunResult result) {
        return secondary(result, "gc.alloc.rate") * MEBI;
    }
}
