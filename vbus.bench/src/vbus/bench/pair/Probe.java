// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import vbus.bench.sys.Cpu;

/// The distance of CPU 0 and CPU 1: a cache line goes to and fro for 10 ms.
///
/// Where the system allows it the two threads interrupt whatever runs there. Where it does not they share the processors with it, hence the
/// median of many short stretches: one in which a thread lost its processor does not count.
///
/// Threads: one at a time.
public final class Probe implements AutoCloseable {

    private static final long DURATION_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int STRETCH = 50;
    private static final int STRETCHES = 8192;
    private static final int PING = 32; // words apart: no line, nor the one fetched beside it, is shared
    private static final int PONG = 96;
    private static final int SPINS = 1 << 14;
    private static final int WARM = 20;
    private static final int TRIES = 3;
    private static final double DISTURBED_NANOS = 5_000;

    private final AtomicLongArray lines = new AtomicLongArray(160);
    private final double[] stretches = new double[STRETCHES];
    private final Thread far;
    private final Thread near;
    private volatile boolean closed;
    private volatile boolean preempts;
    private volatile long turn; // odd while a probe runs
    private volatile double result;
    private volatile Thread waiting;

    /// Starts the threads and warms them up.
    public Probe() {
        far = Thread.ofPlatform().daemon().name("probe, CPU 1").start(this::answer);
        near = Thread.ofPlatform().daemon().name("probe, CPU 0").start(this::ask);
        for (int i = 0; i < WARM; i++) {
            once();
        }
    }

    /// The median round trip in nanoseconds; not a number when a processor could not be had.
    public double nanos() {
        double nanos = once();
        for (int again = 1; again < TRIES && !(nanos < DISTURBED_NANOS); again++) {
            nanos = once(); // the host took a processor away: that is no distance
        }
        return nanos;
    }

    private double once() {
        waiting = Thread.currentThread();
        result = -1;
        turn++;
        LockSupport.unpark(far);
        LockSupport.unpark(near);
        while (result == -1) {
            LockSupport.parkNanos(this, DURATION_NANOS);
        }
        return result;
    }

    /// True when the probe interrupts what it measures beside.
    public boolean preempts() {
        return preempts;
    }

    private void ask() {
        Cpu.pin(0);
        preempts = Cpu.preempt();
        for (long seen = 0; !closed; ) {
            if (turn == seen) {
                LockSupport.park(this);
                continue;
            }
            seen = turn;
            final int n = volley();
            Arrays.sort(stretches, 0, n);
            result = n == 0 ? Double.NaN : stretches[n / 2];
            LockSupport.unpark(waiting);
        }
    }

    /// The number of stretches that came to their end.
    private int volley() {
        long ball = lines.getPlain(PING);
        final long start = System.nanoTime();
        long before = start;
        int n = 0;
        while (before - start < DURATION_NANOS && n < STRETCHES) {
            for (int i = 0; i < STRETCH; i++) {
                lines.setRelease(PING, ++ball);
                if (!await(PONG, ball, start)) {
                    return 0;
                }
            }
            final long now = System.nanoTime();
            stretches[n++] = (double) (now - before) / STRETCH;
            before = now;
        }
        return n;
    }

    private void answer() {
        Cpu.pin(1);
        Cpu.preempt();
        for (long seen = 0; !closed; ) {
            if (turn == seen) {
                LockSupport.park(this);
                continue;
            }
            seen = turn;
            long ball = lines.getPlain(PONG);
            while (turn == seen && result == -1 && await(PING, ball + 1, System.nanoTime())) {
                ball = lines.getPlain(PING);
                lines.setRelease(PONG, ball); // pairs with the other side's acquire, as its release with the one in await
            }
        }
    }

    /// Without a pause: on some processors a pause is as long as what is measured.
    private boolean await(int line, long ball, long since) {
        int spins = SPINS;
        while (lines.getAcquire(line) < ball) {
            if (--spins == 0) {
                spins = SPINS;
                if (result != -1 || System.nanoTime() - since > PATIENCE_NANOS) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(far);
        LockSupport.unpark(near);
    }
}
