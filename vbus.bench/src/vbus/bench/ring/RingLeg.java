// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import java.util.Map;
import vbus.bench.fork.JmhLeg;
import vbus.bench.fork.QuietMillis;
import vbus.bench.pair.Leg;
import vbus.bench.pair.Pace;

/// One ring between two threads of one process, under JMH; the figure is in millions of messages a second.
public record RingLeg(QueueKind kind, int size, int seconds, Pace pace) implements Leg {

    static final String BENCHMARK = RingBenchmark.class.getName() + ".ring";
    static final String COUNTER = "messages";

    @Override
    public String name() {
        return kind + "-" + size;
    }

    @Override
    public double run() throws Exception {
        return new JmhLeg(name(), BENCHMARK, parameters(kind, size), seconds, QuietMillis.ITERATION_MILLIS, false,
            new QuietMillis(pace, COUNTER)).run();
    }

    static Map<String, String> parameters(QueueKind kind, int size) {
        return Map.of("kind", kind.name(), "size", Integer.toString(size));
    }
}
