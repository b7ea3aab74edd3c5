// SPDX-License-Identifier: Apache-2.0
package vbus.bench.fork;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import vbus.bench.pair.Pace;
import vbus.bench.sys.Cpu;

/// JMH's states of the two threads of a benchmark: each is bound to a processor, and each iteration tells the pace of both, the worse of
/// its begin and its end, for [QuietMillis].
public final class Paced {

    private Paced() { }

    /// The thread on CPU 0.
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class First {

        public long firstPace;
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
            firstPace = Math.max(before, Pace.nanos());
        }
    }

    /// The thread on CPU 1.
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Second {

        public long secondPace;
        private long before; // as the first's

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
            secondPace = Math.max(before, Pace.nanos());
        }
    }
}
