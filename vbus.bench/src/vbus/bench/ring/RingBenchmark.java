// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

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

/// One producer on CPU 0, one consumer on CPU 1, bursts of 32; the figure is the counter `messages`, not the number of attempts.
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class RingBenchmark {

    static final int BURST = 32;

    /// The ring between the two threads.
    @State(Scope.Group)
    public static class Between {

        @Param("SPLIT")
        public QueueKind kind;

        @Param("256")
        public int size;

        private Duct duct;

        @Setup
        public void make() {
            duct = kind.make(size);
        }
    }

    /// What came through.
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Count {

        public long messages;
    }

    @Benchmark
    @Group("ring")
    @GroupThreads(1)
    public int produce(Between between, Paced.First thread) {
        return between.duct.sender().send(BURST);
    }

    @Benchmark
    @Group("ring")
    @GroupThreads(1)
    public int consume(Between between, Paced.Second thread, Count count) {
        final int n = between.duct.receiver().receive(BURST);
        count.messages += n;
        return n;
    }
}
