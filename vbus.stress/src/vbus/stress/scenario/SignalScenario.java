// SPDX-License-Identifier: Apache-2.0
package vbus.stress.scenario;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import vbus.shm.Side;
import vbus.shm.Signal;
import vbus.stress.explore.Bell;
import vbus.stress.explore.Machine;
import vbus.stress.explore.Scenario;

/// One side changes a counter and injects, a few times; the other looks at the counter whenever it is told, and sleeps in between.
///
/// Must hold: the one that sleeps sees the last change.
public final class SignalScenario implements Scenario {

    /// How the consumer uses its signal.
    enum Use {
        /// Its doorbell ends in `wakeup`, always enabled.
        WAKEUP,
        /// The same, with the signal disabled while it is awake and enabled before it sleeps, as a driver that polls does.
        MASK,
        /// It acknowledges, looks at the counter, and sleeps when there is nothing new; always enabled.
        ACKNOWLEDGE
    }

    private final Use use;
    private final Side producer;
    private final int changes;

    private Signal injects;
    private Signal wakes;
    private MemorySegment counter;
    private Bell bell;
    private int seen;

    /// `changes` changes by the side `producer`.
    public SignalScenario(String use, String producer, int changes) {
        this.use = Use.valueOf(use);
        this.producer = Side.valueOf(producer);
        this.changes = changes;
    }

    @Override
    public Runnable[] start(Machine machine) {
        bell = machine.bell();
        seen = 0;
        counter = machine.allocate("counter", 8, 8);
        final MemorySegment signal = machine.allocate("signal", 16, 8);
        Signal.format(signal);
        injects = new Signal(signal, producer, bell::ring);
        wakes = new Signal(signal, producer == Side.NORTH ? Side.SOUTH : Side.NORTH, () -> { });
        return new Runnable[] {this::produce, switch (use) {
            case WAKEUP -> this::wake;
            case MASK -> this::mask;
            case ACKNOWLEDGE -> this::acknowledge;
        }};
    }

    @Override
    public String[] names() {
        return new String[] {"producer", "consumer"};
    }

    private void produce() {
        for (int i = 1; i <= changes; i++) {
            counter.set(ValueLayout.JAVA_INT, 0, i);
            injects.inject();
        }
    }

    private void look() {
        final int now = counter.get(ValueLayout.JAVA_INT, 0);
        if (now < seen) {
            throw new AssertionError("the counter went from %d to %d".formatted(seen, now));
        }
        seen = now;
    }

    private void wake() {
        while (seen < changes) {
            bell.sleep();
            wakes.wakeup(this::look);
        }
    }

    private void mask() {
        boolean told = false;
        while (seen < changes) {
            if (!told) {
                bell.sleep();
            }
            wakes.wakeup(this::look);
            wakes.disable();
            look();
            told = wakes.enable();
        }
    }

    private void acknowledge() {
        while (seen < changes) {
            final int before = seen;
            wakes.acknowledge();
            look();
            if (seen == before) {
                bell.sleep();
            }
        }
    }
}
