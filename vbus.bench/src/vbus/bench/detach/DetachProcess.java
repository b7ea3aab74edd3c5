// SPDX-License-Identifier: Apache-2.0
package vbus.bench.detach;

import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import vbus.bench.fork.Orders;
import vbus.bench.sys.Cpu;
import vbus.core.Standalone;

/// A bus with one guest at full speed, on CPU 0, and a hundred that send a little, of which one after the other is detached.
///
/// ```
///   DetachProcess DETACHING WARM-MILLIS MILLIS       says: figures RATE PAUSE ARENA DETACH
/// ```
final class DetachProcess {

    private static final int OTHERS = 100;
    private static final int BURST = 32;

    private final Standalone bus = new Standalone("bench", "drain", new DrainDevice());
    private final RingGuest[] others = new RingGuest[OTHERS];
    private final long[] arenas = new long[OTHERS];
    private final long[] detaches = new long[OTHERS];
    private volatile boolean over;

    public static void main(String... args) throws Exception {
        new DetachProcess().run(new Orders(), Boolean.parseBoolean(args[0]), Long.parseLong(args[1]), Long.parseLong(args[2]));
        System.exit(0); // the thread that reads the orders waits for the parent
    }

    private void run(Orders orders, boolean detaching, long warmMillis, long millis) throws Exception {
        for (int i = 0; i < OTHERS; i++) {
            others[i] = new RingGuest(bus.bus(), "other" + i);
        }
        Cpu.pin(0);
        try (RingGuest guest = new RingGuest(bus.bus(), "guest")) {
            final Thread warm = crowd(true, warmMillis / 2);
            measure(guest, warmMillis);
            join(warm);
            final Thread crowd = crowd(detaching, millis);
            final double[] rateAndPause = measure(guest, millis);
            join(crowd);
            orders.say(String.format(Locale.ROOT, "figures %f %f %f %f", rateAndPause[0], rateAndPause[1], median(arenas),
                median(detaches)));
        }
        for (RingGuest other : others) {
            other.close();
        }
        bus.close();
    }

    private void join(Thread crowd) throws InterruptedException {
        over = true;
        crowd.join();
        over = false;
    }

    /// The others: each sends a little; within the time, each is detached once and attached anew.
    private Thread crowd(boolean detaching, long millis) {
        return Thread.ofPlatform().name("crowd").start(() -> {
            Cpu.pin(1);
            final long step = TimeUnit.MILLISECONDS.toNanos(millis) / OTHERS;
            final long begin = System.nanoTime();
            try {
                for (int i = 0; !over; i++) {
                    others[i % OTHERS].send(1);
                    if (detaching && i < OTHERS) {
                        detach(i);
                    }
                    LockSupport.parkNanos(begin + (i + 1) * step - System.nanoTime());
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private void detach(int i) throws Exception {
        final long before = System.nanoTime();
        arenas[i] = others[i].leave();
        detaches[i] = System.nanoTime() - before;
        others[i] = new RingGuest(bus.bus(), "other" + i);
    }

    /// Millions a second, and the longest pause in microseconds.
    private static double[] measure(RingGuest guest, long millis) {
        final long begin = System.nanoTime();
        final long end = begin + TimeUnit.MILLISECONDS.toNanos(millis);
        long elements = 0;
        long longest = 0;
        long last = begin;
        long now = begin;
        while (now < end) {
            final int n = guest.send(BURST);
            now = System.nanoTime();
            if (n > 0) {
                elements += n;
                longest = Math.max(longest, now - last);
                last = now;
            }
        }
        return new double[] {elements * 1e3 / (now - begin), longest / 1e3};
    }

    private static double median(long[] nanos) {
        final long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2] / 1e3;
    }
}
