// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import vbus.bench.fork.Paced;

/// All guests on CPU 0, the lane on CPU 1; the figure is the counter `frames`, of those that receivers took out.
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class FrameBenchmark {

    /// What lies between the two threads.
    @State(Scope.Group)
    public static class Between {

        @Param("SWITCH")
        public Way way;

        @Param("IN_ORDER_64")
        public Scene scene;

        private Lan lan;

        @Setup
        public void make() {
            lan = way.make(scene);
        }
    }

    /// What came through.
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Count {

        public long frames;
    }

    @Benchmark
    @Group("lan")
    @GroupThreads(1)
    public int guests(Between between, Paced.First thread, Count count) {
        final int n = between.lan.guests();
        count.frames += n;
        return n;
    }

    @Benchmark
    @Group("lan")
    @GroupThreads(1)
    public int lane(Between between, Paced.Second thread) {
        return between.lan.lane();
    }
}
