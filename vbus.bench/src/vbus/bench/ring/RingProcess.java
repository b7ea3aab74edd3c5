// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import vbus.bench.fork.Orders;
import vbus.bench.sys.Cpu;

/// One side of one of our rings, or both, in a process of its own: a JMH fork can not span two. The loops are the same either way.
///
/// ```
///   RingProcess PRODUCER|CONSUMER|BOTH  KIND  SIZE  FILE  WARM-MILLIS  MILLIS       says: ready, then (consumer) figure N
/// ```
final class RingProcess {

    /// What a process does.
    enum Role { PRODUCER, CONSUMER, BOTH }

    private static final int BURSTS = 64; // between two looks at the clock

    private final Orders orders = new Orders();
    private final QueueKind kind;
    private final int size;
    private final MemorySegment memory;

    private RingProcess(QueueKind kind, int size, MemorySegment memory) {
        this.kind = kind;
        this.size = size;
        this.memory = memory;
    }

    public static void main(String... args) throws Exception {
        final RingProcess ring = new RingProcess(QueueKind.valueOf(args[1]), Integer.parseInt(args[2]), Orders.map(Path.of(args[3])));
        final Role role = Role.valueOf(args[0]);
        if (role == Role.BOTH) {
            final Sender sender = SharedRing.sender(ring.kind, ring.size, ring.memory);
            Thread.ofPlatform().daemon().name("producer").start(() -> ring.produce(sender));
        } else if (role == Role.PRODUCER) {
            ring.produce(SharedRing.sender(ring.kind, ring.size, ring.memory));
            return;
        }
        ring.consume(Long.parseLong(args[4]), Long.parseLong(args[5]));
        System.exit(0); // a daemon thread may still be sending
    }

    private void produce(Sender sender) {
        Cpu.pin(0);
        orders.say("ready");
        while (!orders.over()) {
            for (int i = 0; i < BURSTS; i++) {
                sender.send(RingBenchmark.BURST);
            }
        }
    }

    private void consume(long warmMillis, long millis) {
        Cpu.pin(1);
        final Receiver receiver = SharedRing.receiver(kind, size, memory);
        consume(receiver, warmMillis);
        final long start = System.nanoTime();
        final long received = consume(receiver, millis);
        orders.say("figure " + received / ((System.nanoTime() - start) / 1e9));
    }

    private long consume(Receiver receiver, long millis) {
        final long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long received = 0;
        while (System.nanoTime() < end) {
            for (int i = 0; i < BURSTS; i++) {
                received += receiver.receive(RingBenchmark.BURST);
            }
        }
        return received;
    }
}
