// SPDX-License-Identifier: Apache-2.0
package vbus.bench.fork;

import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.runner.RunnerException;

/// What a benchmark allocates for each element that it counts, as JMH's gc profiler sees it.
///
/// What the profiler sees is of the whole JVM, its own threads included: with fewer elements, each has more of that. Others can only add
/// to it, so the least of some tries is nearest to the truth.
public final class Allocation {

    /// Bytes an element below which it counts as 0.
    public static final double NO_BYTES = 0.01;

    private static final int TRIES = 3;
    private static final int ITERATION_MILLIS = 1000;

    private Allocation() { }

    /// Bytes an element, allocated by all threads of a benchmark.
    /// @param counter of the benchmark
    /// @param seconds of one try
    public static double perElement(String benchmark, Map<String, String> parameters, String counter, int seconds)
        throws RunnerException {
        final JmhLeg leg = new JmhLeg("allocation", benchmark, parameters, seconds, ITERATION_MILLIS, true,
            r -> JmhLeg.allocatedBytesPerSecond(r) / JmhLeg.secondary(r, counter));
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < TRIES && least >= NO_BYTES; i++) {
            least = Math.min(least, leg.run());
        }
        return least;
    }

    /// What is said of one kind.
    public static String told(Object kind, double bytes, String element) {
        return String.format(Locale.ROOT, "%s: JMH's gc profiler says %.5f bytes a %s; below %.2f counts as 0", kind, bytes, element,
            NO_BYTES);
    }

    /// The verdict on the worst kind, which may allocate nothing.
    public static String verdict(String name, double worst) {
        return String.format(Locale.ROOT, "%s ours=%sB peer=none:0B ratio=- want=<=0B", name,
            worst < NO_BYTES ? "0" : String.format(Locale.ROOT, "%.4f", worst));
    }
}
