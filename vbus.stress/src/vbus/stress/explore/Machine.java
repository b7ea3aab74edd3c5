// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// A machine of a few processors that runs one schedule of a scenario, one choice at a time.
///
/// ```
///   processor 0 --store--> [ s3 s2 s1 ] --flush--> +--------+
///               <--load, own stores first--------- | memory |        a choice: one processor goes on to its next load,
///   processor 1 --store--> [ s2 s1 ] ----flush---> +--------+        or one store reaches the memory
/// ```
/// A processor runs until what it does next can be told by another: a load of a place that another writes, a fence while stores
/// wait, a sleep. Its own stores it sees at once.
/// @spec Sewell, Sarkar, Owens, Nardelli, Myreen: x86-TSO, CACM 2010
public final class Machine {

    /// Which stores wait for which.
    public enum Model {
        /// x86: the oldest reaches the memory first; release and acquire order nothing that is not ordered already.
        TSO,
        /// Any but those to the same place and releases, which come after all before them: what remains of ARM when loads keep their order.
        WEAK_STORES
    }

    private final Memory memory = new Memory();
    private final Model model;
    private final List<Bell> bells = new ArrayList<>();
    private final int[] options = new int[1024];
    private Cpu[] processors = {};
    private Cpu now; // null while a scenario is set up or looked at
    private List<String> trace;

    Machine(Model model) {
        this.model = model;
    }

    /// Memory of zeros for a scenario.
    public MemorySegment allocate(String name, long bytes, int alignment) {
        return memory.allocate(name, bytes, alignment);
    }

    /// A doorbell for a scenario.
    public Bell bell() {
        bells.add(new Bell(this, bells.size()));
        return bells.getLast();
    }

    /// Begins anew; with `lines`, writes what happens into them.
    void start(Scenario scenario, List<String> lines) {
        memory.clear();
        bells.clear();
        trace = lines;
        final Runnable[] bodies = scenario.start(this);
        processors = new Cpu[bodies.length];
        for (int p = 0; p < bodies.length; p++) {
            processors[p] = new Cpu(p, scenario.names()[p], bodies[p]);
        }
    }

    Memory memory() {
        return memory;
    }

    // ---- choices

    /// The number of choices now; they are in [#option].
    int choices() {
        int n = 0;
        for (Cpu p : processors) {
            if (p.canStep()) {
                options[n++] = Schedule.step(p.number);
                if (p.isAlone()) { // nobody can tell when this happens
                    options[0] = options[n - 1];
                    return 1;
                }
            }
        }
        for (Cpu p : processors) {
            final int most = model == Model.TSO ? Math.min(1, p.buffer.size()) : p.buffer.size();
            for (int e = 0; e < most; e++) {
                if (p.buffer.mayPass(e)) {
                    options[n++] = Schedule.flush(p.number, e);
                }
            }
        }
        return n;
    }

    int option(int n) {
        return options[n];
    }

    /// Does one of [#choices]; what a thread of the scenario threw, or null.
    Throwable apply(int choice) {
        final Cpu p = processors[Schedule.processor(choice)];
        final int entry = Schedule.entry(choice);
        if (entry >= 0) {
            flush(p, entry);
            return null;
        }
        if (!p.canStep()) {
            throw new IllegalArgumentException("%s can not go on: this is no schedule of this scenario".formatted(p.name));
        }
        final Machine outer = Seam.enter(this);
        now = p;
        p.coroutine.resume();
        now = null;
        Seam.leave(outer);
        return p.coroutine.failure();
    }

    private void flush(Cpu p, int entry) {
        if (entry >= p.buffer.size()) {
            throw new IllegalArgumentException("%s has no store %d: this is no schedule of this scenario".formatted(p.name, entry));
        }
        if (p.buffer.isDoorbell(entry)) {
            say(p, "'s doorbell reaches the sleeper");
            bells.get(p.buffer.place(entry)).set(true);
        } else {
            final int place = p.buffer.place(entry);
            say(p, "'s store %s := 0x%x reaches the memory", place, p.buffer.value(entry));
            memory.set(place, p.buffer.bytes(entry), p.buffer.value(entry));
        }
        p.buffer.remove(entry);
    }

    /// The threads that have not ended, and what each waits for; empty when all have.
    String waiting() {
        final List<String> rest = new ArrayList<>();
        for (Cpu p : processors) {
            if (!p.coroutine.ended()) {
                rest.add(p.name + " " + p.pending.words);
            }
        }
        return String.join(", ", rest);
    }

    /// Two machines with the same fingerprint are taken for the same: memory, stores that wait, and all that each thread read.
    long fingerprint() {
        long f = memory.fingerprint();
        for (Cpu p : processors) {
            f = Mix.of(f, p.history + p.pending.ordinal());
            f = Mix.of(f, p.buffer.fingerprint());
        }
        for (Bell b : bells) {
            f = Mix.of(f, b.rung() ? 1 : 0);
        }
        return f;
    }

    // ---- called by the code of the scenario, through Seam

    boolean isRunning() {
        return now != null;
    }

    long load(int place, int bytes) {
        final Cpu p = now;
        if (memory.isReadOfShared(place, bytes, p.number) && !p.buffer.holds(place, bytes)) {
            p.pause(Pending.LOADS);
        }
        final long value = p.buffer.over(memory.get(place, bytes), place, bytes);
        p.history = Mix.of(p.history, value * 31 + place);
        say(p, " reads %s = 0x%x", place, value);
        return value;
    }

    void store(int place, int bytes, long value, boolean release) {
        final Cpu p = now;
        final long stored = bytes == 8 ? value : value & (1L << 8 * bytes) - 1;
        say(p, " stores %s := 0x%x", place, stored);
        if (memory.isWriteOfShared(place, bytes, p.number)) {
            p.buffer.add(place, bytes, stored, release || p.released);
            p.released = false;
        } else {
            memory.set(place, bytes, stored);
        }
    }

    /// The next store comes after all before it.
    void releaseFence() {
        now.released = true;
    }

    void fence() {
        final Cpu p = now;
        if (p.buffer.size() > 0) {
            p.pause(Pending.WAITS_AT_A_FENCE);
        }
        say(p, " passes a fence");
    }

    void ring(int bell) {
        say(now, " rings a doorbell");
        now.buffer.add(bell, 0, 0, true);
    }

    void sleep(Bell bell) {
        final Cpu p = now;
        say(p, " sleeps");
        p.bell = bell;
        p.pause(Pending.SLEEPS);
        bell.set(false);
        say(p, " wakes up");
    }

    private void say(Cpu p, String what, int place, long value) {
        if (trace != null) {
            say(p, what.formatted(memory.name(place), value));
        }
    }

    private void say(Cpu p, String what) {
        if (trace != null) {
            trace.add(p.name + what + (now == null ? "" : Seam.caller()));
        }
    }

    private enum Pending {
        STARTS("has not begun"), LOADS("loads"), WAITS_AT_A_FENCE("waits at a fence"), SLEEPS("sleeps for ever");

        private final String words;

        Pending(String words) {
            this.words = words;
        }
    }

    private static final class Cpu {
        private final int number;
        private final String name;
        private final Coroutine coroutine;
        private final StoreBuffer buffer = new StoreBuffer();
        private Pending pending = Pending.STARTS;
        private Bell bell;
        private boolean released; // by a fence: its next store comes after all before it
        private long history; // of all that it read: with it the state of its thread is known

        Cpu(int number, String name, Runnable body) {
            this.number = number;
            this.name = name;
            coroutine = new Coroutine(body);
        }

        void pause(Pending before) {
            pending = before;
            Coroutine.pause();
            history = Mix.of(history, before.ordinal());
        }

        boolean canStep() {
            return !coroutine.ended() && switch (pending) {
                case STARTS, LOADS -> true;
                case WAITS_AT_A_FENCE -> buffer.size() == 0;
                case SLEEPS -> bell.rung();
            };
        }

        boolean isAlone() {
            return pending == Pending.STARTS || pending == Pending.WAITS_AT_A_FENCE;
        }
    }
}
