// SPDX-License-Identifier: Apache-2.0
package vbus.stress.race;

import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import vbus.shm.Doorbell;
import vbus.shm.Side;
import vbus.shm.Signal;

/// The north changes a number and injects, while the south is about to sleep.
public class SignalRaces {

    private final MemorySegment memory = MemorySegment.ofArray(new long[2]);
    private boolean rung;
    private int number; // it is the signal that shows it
    private int seen;
    final Signal north;
    final Signal south;

    SignalRaces() {
        Signal.format(memory);
        north = new Signal(memory, Side.NORTH, () -> rung = true);
        south = new Signal(memory, Side.SOUTH, Doorbell.NONE);
    }

    /// Whether the doorbell rang for it.
    boolean change() {
        rung = false;
        number = 1;
        north.inject();
        return rung;
    }

    boolean look() {
        seen = number;
        return seen == 1;
    }

    /// It had masked its signal. Forbidden without the fence of `Signal.enable`, or of `Signal.inject`.
    @JCStressTest
    @JCStressMeta(NoLostWakeup.class)
    @State
    public static class Enable extends SignalRaces {

        public Enable() {
            south.disable();
        }

        @Actor
        public void producer(ZZ_Result r) {
            r.r1 = change();
        }

        @Actor
        public void consumer(ZZ_Result r) {
            r.r2 = south.enable();
        }
    }

    /// It acknowledges, and looks a last time. Forbidden without the fence of `Signal.acknowledge`, or of `Signal.inject`.
    @JCStressTest
    @JCStressMeta(NoLostWakeup.class)
    @State
    public static class Acknowledge extends SignalRaces {

        public Acknowledge() {
            north.inject();
        }

        @Actor
        public void producer(ZZ_Result r) {
            r.r1 = change();
        }

        @Actor
        public void consumer(ZZ_Result r) {
            south.acknowledge();
            r.r2 = look();
        }
    }

    /// It ends the wakeup for an earlier signal. Forbidden without either fence of `Signal.wakeup`, or that of `Signal.inject`.
    @JCStressTest
    @JCStressMeta(NoLostWakeup.class)
    @State
    public static class Wakeup extends SignalRaces {

        private boolean noticed;

        public Wakeup() {
            north.inject();
        }

        @Actor
        public void producer(ZZ_Result r) {
            r.r1 = change();
        }

        @Actor
        public void consumer(ZZ_Result r) {
            south.wakeup(() -> noticed = look());
            r.r2 = noticed;
        }
    }
}
