// SPDX-License-Identifier: Apache-2.0
package vbus.bench.call;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import vbus.bench.fork.Orders;
import vbus.bench.sys.Cpu;

/// One side of a call path, in a process of its own.
///
/// ```
///   CallProcess answer PATH FOLDER                       says: ready           on CPU 1
///   CallProcess ask    PATH FOLDER WARM-MILLIS MILLIS    says: p50 NANOS       on CPU 0
/// ```
/// A sample is the mean of a few round trips, so that the clock does not count; the same for every path.
final class CallProcess {

    private static final int BATCH = 16;
    private static final int SAMPLES = 1 << 20;

    private CallProcess() { }

    public static void main(String... args) throws Exception {
        final Orders orders = new Orders();
        final CallPath path = CallPaths.named(args[1]).orElseThrow();
        final Path folder = Path.of(args[2]);
        if (args[0].equals("answer")) {
            Cpu.pin(1);
            path.answer(folder, () -> orders.say("ready"), orders::over);
        } else {
            Cpu.pin(0);
            try (CallPath.Asking asking = path.ask(folder)) {
                p50(asking, Long.parseLong(args[3]));
                orders.say("p50 " + p50(asking, Long.parseLong(args[4])));
            }
        }
        System.exit(0); // the thread that reads the orders waits for the parent
    }

    private static double p50(CallPath.Asking asking, long millis) throws Exception {
        final long[] samples = new long[SAMPLES];
        final long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long before = System.nanoTime();
        int n = 0;
        while (before < end) {
            for (int i = 0; i < BATCH; i++) {
                asking.roundTrip();
            }
            final long now = System.nanoTime();
            samples[n++ & SAMPLES - 1] = now - before;
            before = now;
        }
        final int kept = Math.min(n, SAMPLES);
        Arrays.sort(samples, 0, kept);
        return (double) samples[kept / 2] / BATCH;
    }
}
