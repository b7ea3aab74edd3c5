// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import vbus.bench.sys.Cpu;

/// Runs legs and looks at the machine while they run: a probe every second, the load of others over the whole leg.
///
/// Threads: one at a time.
public final class Stand implements AutoCloseable {

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final int QUIET_SECONDS = 1;
    private static final int PACES = 50; // enough for a compiler, too

    private final Probe probe = new Probe();
    private final Pace pace = new Pace();
    private final Limits limits;
    private final Consumer<Trial> told;
    private int quietSeconds; // that may still be waited for

    /// @param told hears of every trial, kept or not
    public Stand(Limits limits, Consumer<Trial> told) {
        this.limits = limits;
        this.told = told;
        quietSeconds = limits.quietSeconds();
    }

    public Limits limits() {
        return limits;
    }

    /// What the processors do when they have their cores alone, as far as it was seen.
    public Pace pace() {
        return pace;
    }

    /// True when the probes interrupt the leg instead of sharing the processors with it.
    public boolean preempts() {
        return probe.preempts();
    }

    /// Runs a leg once. What goes wrong in it is in the trial.
    public Trial run(Leg leg) {
        awaitQuiet();
        final List<Double> probes = Collections.synchronizedList(new ArrayList<>());
        final OtherLoad load = new OtherLoad();
        final Thread prober = Thread.ofPlatform().daemon().name("prober").unstarted(() -> probe(probes));
        if (leg.bearsProbes()) {
            prober.start();
        } else {
            probes.add(probe.nanos());
        }
        double figure = Double.NaN;
        String failure = null;
        try {
            figure = leg.run();
        } catch (Exception e) {
            failure = e.getMessage() == null ? e.toString() : e.getMessage().lines().findFirst().orElse(e.toString());
        }
        stop(prober);
        if (!leg.bearsProbes()) {
            probes.add(probe.nanos());
        }
        final Trial trial = Trial.of(leg.name(), figure, List.copyOf(probes), load.perSecond(), failure, limits);
        told.accept(trial);
        return trial;
    }

    private void probe(List<Double> probes) {
        for (long at = System.nanoTime() + FIRST_NANOS; sleepsUntil(at); at += PERIOD_NANOS) {
            final double nanos = probe.nanos();
            if (!Thread.currentThread().isInterrupted()) {
                probes.add(nanos);
            }
        }
    }

    /// False when the leg is over.
    private boolean sleepsUntil(long at) {
        for (long left = at - System.nanoTime(); left > 0 && !Thread.currentThread().isInterrupted(); left = at - System.nanoTime()) {
            LockSupport.parkNanos(this, left); // may come back early
        }
        return !Thread.currentThread().isInterrupted();
    }

    private static void stop(Thread prober) {
        prober.interrupt();
        awaitEnd(prober);
    }

    private static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits for a quiet second: a leg that others disturb from its begin is time lost.
    private void awaitQuiet() {
        for (; quietSeconds > 0; quietSeconds--) {
            final OtherLoad load = new OtherLoad();
            final boolean alone = isAlone(0) & isAlone(1);
            sleepsUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(QUIET_SECONDS));
            if (load.perSecond() <= limits.otherLoad() && alone && isAlone(0) && isAlone(1)) {
                return;
            }
        }
    }

    /// True when a processor has its core alone now.
    private boolean isAlone(int cpu) {
        final long[] nanos = {Long.MAX_VALUE};
        final Thread there = Thread.ofPlatform().daemon().name("pace, CPU " + cpu).start(() -> {
            Cpu.pin(cpu);
            for (int i = 0; i < PACES; i++) {
                nanos[0] = Pace.nanos();
                pace.saw(nanos[0]);
            }
        });
        awaitEnd(there);
        return pace.isAlone(nanos[0]);
    }

    @Override
    public void close() {
        probe.close();
    }
}
