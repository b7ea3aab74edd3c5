// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import vbus.bench.pair.Pace;
import vbus.bench.sys.Cpu;

/// One producer on CPU 0, one consumer on CPU 1, bursts of 32; the figure is the counter `messages`, not the number of attempts. Beside it
/// each iteration tells the pace of both processors, the worse of its begin and its end.
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

    /// The producer's thread.
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Producing {

        public long producerPace;
        private long before; // not of the counters, which are cleared after the iteration's begin

        @Setup
        public void pin() {
            Cpu.pin(0);
        }

        @Setup(Level.Iteration)
        public void begin() {
            before = Pace.nanos();
        }

        @TearDown(Level.Iteration)
        public void end() {
            producerPace = Math.max(before, Pace.nanos());
        }
    }

    /// The consumer's thread.
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Consuming {

        public long consumerPace;
        private long before; // as the producer's

        @Setup
        public void pin() {
            Cpu.pin(1);
        }

        @Setup(Level.Iteration)
        public void begin() {
            before = Pace.nanos();
        }

        @TearDown(Level.Iteration)
        public void end() {
            consumerPace = Math.max(before, Pace.nanos());
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
    public int produce(Between between, Producing thread) {
        return between.duct.sender().send(BURST);
    }

    @Benchmark
    @Group("ring")
    @GroupThreads(1)
    public int consume(Between between, Consuming thread, Count count) {
        final int n = between.duct.receiver().receive(BURST);
        count.messages += n;
        return n;
    }
}
