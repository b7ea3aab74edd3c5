// SPDX-License-Identifier: Apache-2.0
package vbus.bench.priority;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import vbus.api.Device;
import vbus.bench.fork.Orders;
import vbus.bench.frames.SwitchDevice;
import vbus.bench.sys.Cpu;
import vbus.core.Standalone;

/// A bus with the switch; its lane on CPU 1, all guests in one thread on CPU 0.
///
/// ```
///   PriorityProcess LOADED WARM-MILLIS MILLIS       says: figures P99-NANOS LOST SENT BURST-NANOS OFFERED-RATIO
/// ```
/// While it warms up, class 0 is sent as fast as the lane forwards it, which tells what the lane can do. Then class 0 is offered at
/// two and a half times that, or else only so much, to nobody, that the lane stays awake; what a full ring has no room for is lost before
/// the switch. Class 7 is offered at a thousandth of it in both cases.
final class PriorityProcess {

    private static final long BULK = 0x0200_0000_0010L;
    private static final long URGENT = 0x0200_0000_0017L;
    private static final long RECEIVER = 0x0200_0000_0020L;
    private static final int BURST = 32;
    private static final int HIGHEST = 7;
    private static final double OVERLOAD = 2.5;
    private static final double SHARE = 0.001;
    private static final long AWAKE_NANOS = 5_000;
    private static final int MOST_DELAYS = 1 << 21;
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(2); // what did not come by then is lost

    private final BusStation receiver;
    private final BusStation bulk;
    private final BusStation urgent;
    private final BusStation waker;
    private final boolean loaded;
    private long offered;
    private long sent;
    private long refused;

    PriorityProcess(Standalone bus, boolean loaded) {
        this.loaded = loaded;
        receiver = new BusStation(bus.bus(), "receiver", RECEIVER, BULK, 0);
        bulk = new BusStation(bus.bus(), "bulk", BULK, RECEIVER, 0);
        urgent = new BusStation(bus.bus(), "urgent", URGENT, RECEIVER, HIGHEST);
        waker = new BusStation(bus.bus(), "waker", BULK + 1, BULK + 1, 0); // the switch sends nothing back to where it came from
    }

    public static void main(String... args) throws Exception {
        final Orders orders = new Orders();
        final Standalone bus = onLanesCpu();
        Cpu.pin(0);
        orders.say("figures " + new PriorityProcess(bus, Boolean.parseBoolean(args[0]))
            .run(Long.parseLong(args[1]), Long.parseLong(args[2])));
        System.exit(0); // the thread that reads the orders waits for the parent
    }

    /// A thread runs where the one that made it does, so the lane gets its processor here.
    private static Standalone onLanesCpu() throws InterruptedException {
        final Standalone[] made = {null};
        final Device lan = SwitchDevice.make();
        final Thread maker = Thread.ofPlatform().name("maker").start(() -> {
            Cpu.pin(1);
            made[0] = new Standalone("bench", "lan", lan);
        });
        maker.join();
        return made[0];
    }

    String run(long warmMillis, long millis) {
        receiver.send(1); // so that the switch knows where it is
        waker.send(1);
        saturate(warmMillis);
        final double perNano = saturate(warmMillis);
        final Delays delays = new Delays(MOST_DELAYS);
        final long begin = System.nanoTime();
        measure(delays, perNano * OVERLOAD, begin, TimeUnit.MILLISECONDS.toNanos(millis));
        final double forwarded = (double) delays.others() / (System.nanoTime() - begin);
        for (long end = System.nanoTime() + DRAIN_NANOS; delays.count() < sent && System.nanoTime() < end; ) {
            receiver.receive(delays);
        }
        return String.format(Locale.ROOT, "%d %d %d %.0f %.2f", delays.percentile(99), sent + refused - delays.count(), sent,
            BURST / perNano, loaded ? offered / (forwarded * TimeUnit.MILLISECONDS.toNanos(millis)) : 0);
    }

    /// Frames that came in a nanosecond while class 0 was sent without a pause.
    private double saturate(long millis) {
        final Delays delays = new Delays(0);
        final long begin = System.nanoTime();
        final long end = begin + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end) {
            bulk.send(BURST);
            receiver.receive(delays);
        }
        return (double) delays.others() / (System.nanoTime() - begin);
    }

    private void measure(Delays delays, double perNano, long begin, long nanos) {
        final double urgentPerNano = perNano * SHARE;
        long urgents = 0;
        long awake = begin;
        for (long now = begin; now - begin < nanos; now = System.nanoTime()) {
            if (loaded) {
                final long due = (long) ((now - begin) * perNano) - offered;
                bulk.send((int) Math.min(due, BURST));
                offered += due; // those without room are lost: the ring is full
            } else if (now - awake > AWAKE_NANOS) {
                awake = now;
                waker.send(1);
            }
            if ((now - begin) * urgentPerNano > urgents) {
                urgents++;
                sent += urgent.sendStamped() ? 1 : 0;
                refused = urgents - sent;
            }
            receiver.receive(delays);
        }
    }
}
