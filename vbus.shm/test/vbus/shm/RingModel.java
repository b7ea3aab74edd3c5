// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// A ring beside its model in queues: each step does the same to both and compares what they say.
///
/// ```
///   spare -offer-> hidden -publish-> waiting -take-> held -complete-> finished -publish-> done -reap-> spare
///             (an IOQ hides no offer)      <-untake-    (an ordered ring waits for the order)
///                                        <------------rollback------------
/// ```
final class RingModel {

    private static final int SLOT = RingModelBuffer.SLOT;
    private static final int MOST_PIECES = 2 * RingModelBuffer.MOST_PIECES; // when each lies across the border

    private final Random random;
    private final Pair.Shape shape;
    private final boolean ioq;
    private final int size;
    private final TestGuest guest;
    private final long border;
    private final DriverRing driver;
    private final Ring device;
    private final RingModelEar deviceEar;
    private final RingModelEar driverEar;
    private final Chain chain = new Chain(RingModelBuffer.MOST_PIECES);
    private final ArrayDeque<Long> spare = new ArrayDeque<>();
    private final ArrayDeque<RingModelBuffer> hidden = new ArrayDeque<>();
    private final ArrayDeque<RingModelBuffer> waiting = new ArrayDeque<>();
    private final List<RingModelBuffer> held = new ArrayList<>();
    private final List<RingModelBuffer> finished = new ArrayList<>();
    private final ArrayDeque<RingModelBuffer> done = new ArrayDeque<>();
    private int outstanding; // descriptors, and so are the next three, from the first on
    private long offered;
    private long taken;
    private long released;
    private long reaped;
    private long numbers;
    private int publishes;

    RingModel(Arena arena, Pair.Shape shape, int size, Random random) {
        this.random = random;
        this.shape = shape;
        this.size = size;
        ioq = shape.kind() == Pair.Kind.IOQ;
        final int buffers = size + 2;
        final int low = buffers / 2 * SLOT + SLOT / 3; // some buffers lie across the border
        guest = new TestGuest(arena, low, buffers * SLOT - low);
        border = guest.low.end();
        final Region tables = new Region(1L << 32, arena.allocate(IndirectTables.byteSize(size, RingModelBuffer.TABLE_PIECES), 16));
        guest.memory.add(tables);
        deviceEar = new RingModelEar(shape, size, false);
        driverEar = new RingModelEar(shape, size, true);
        final Pair pair = shape.make(arena, size, guest.memory,
            new IndirectTables(tables.address(), tables.memory(), RingModelBuffer.TABLE_PIECES), deviceEar.bell, driverEar.bell);
        driver = pair.driver();
        device = pair.device();
        for (int i = 0; i < buffers; i++) {
            spare.add(TestGuest.BASE + (long) i * SLOT);
        }
    }

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
            assertEquals(size - outstanding, driver.free());
            assertEquals(shape.position(size, taken, released), device.position());
            assertEquals(driverEar.told(), device.notified());
            assertEquals(driverEar.suppressed(), device.suppressed());
            assertNull(device.fault());
            assertNull(driver.fault());
        }
    }

    private void step() {
        switch (random.nextInt(17)) {
            case 0, 1, 2, 3 -> offer();
            case 4, 5 -> publishOffers();
            case 6, 7 -> take();
            case 8, 9, 10 -> complete();
            case 11 -> untake();
            case 12, 13 -> publishCompletions();
            case 14 -> reap();
            case 15 -> listen();
            default -> {
                if (random.nextInt(3) == 0) {
                    rollback();
                }
            }
        }
    }

    private void offer() {
        final RingModelBuffer b = new RingModelBuffer(shape, spare.element(), numbers++, random);
        final boolean fits = b.descriptors <= size - outstanding;
        if (fits) {
            guest.put(b.address, b.sent);
        }
        assertEquals(fits, b.offer(driver, chain));
        if (fits) {
            spare.remove();
            outstanding += b.descriptors;
            (ioq ? waiting : hidden).add(b);
            numbers++;
            offered += b.descriptors;
        }
    }

    private void publishOffers() {
        driver.publish();
        deviceEar.tell(shape.kind() == Pair.Kind.SPLIT ? chains(hidden.stream()) : offered);
        waiting.addAll(hidden);
        hidden.clear();
    }

    private long chainsShown;

    private long chains(Stream<RingModelBuffer> more) {
        chainsShown += more.count();
        return chainsShown;
    }

    private void take() {
        final int maxPieces = MOST_PIECES + random.nextInt(2 * size);
        final Burst burst = new Burst(1 + random.nextInt(size + 1), maxPieces);
        final int max = random.nextInt(size + 2);
        int expected = 0;
        int pieces = 0;
        for (RingModelBuffer b : waiting) {
            pieces += b.pieces(border);
            if (expected == max || expected == burst.maxChains() || pieces > maxPieces) {
                break;
            }
            expected++;
        }

        assertEquals(expected, device.take(burst, max), device::fault);

        assertEquals(expected, burst.chains());
        for (int i = 0; i < expected; i++) {
            final RingModelBuffer b = waiting.remove();
            b.take(burst, i, publishes, numbers++);
            held.add(b);
            taken += units(b);
            assertEquals(b.sent.length, burst.readable(i));
            assertEquals(b.room, burst.writable(i));
            assertArrayEquals(b.sent, TestGuest.read(burst, i));
        }
    }

    /// What positions count.
    private int units(RingModelBuffer b) {
        return shape.kind() == Pair.Kind.PACKED ? b.descriptors : 1;
    }

    private void complete() {
        final List<RingModelBuffer> open = held.stream().filter(b -> !b.completed).toList();
        if (open.isEmpty()) {
            return;
        }
        final RingModelBuffer b = open.get(random.nextInt(open.size()));
        final int run = 1 + random.nextInt(3);
        if (random.nextBoolean()) {
            b.write(random);
            device.complete(b.burst, b.chain, b.written.length);
            finish(b);
        } else {
            int to = b.chain;
            RingModelBuffer o = b;
            while (o != null && to < b.chain + run) {
                finish(o);
                final int behind = ++to;
                o = open.stream().filter(f -> f.burst == b.burst && f.chain == behind).findAny().orElse(null);
            }
            device.completeRead(b.burst, b.chain, to);
        }
    }

    private void finish(RingModelBuffer b) {
        b.completed = true;
        b.completedAt = publishes;
        if (!device.ordered()) {
            release(b);
        }
        while (device.ordered() && !held.isEmpty() && held.getFirst().completed) {
            release(held.getFirst());
        }
    }

    private void release(RingModelBuffer b) {
        held.remove(b);
        finished.add(b);
        released += units(b);
    }

    private void untake() {
        int open = 0;
        while (open < held.size() && !held.get(held.size() - 1 - open).completed
            && held.get(held.size() - 1 - open).takenAt == publishes && lastTaken(held.get(held.size() - 1 - open), open)) {
            open++;
        }
        final int back = random.nextInt(open + 1);
        device.untake(back);
        for (int i = 0; i < back; i++) {
            giveBack(held.removeLast());
        }
    }

    /// True when all that were taken after it are among the last `open` held ones: none of them is completed.
    private boolean lastTaken(RingModelBuffer b, int open) {
        return finished.stream().filter(f -> f.takenAt == publishes).noneMatch(f -> f.turn > b.turn)
            && done.stream().noneMatch(f -> f.turn > b.turn);
    }

    private void giveBack(RingModelBuffer b) {
        taken -= units(b);
        waiting.addFirst(b);
    }

    private void publishCompletions() {
        device.publish();
        publishes++;
        driverEar.tell(released);
        done.addAll(finished);
        finished.clear();
    }

    private void rollback() {
        device.rollback();
        final List<RingModelBuffer> all = Stream.concat(finished.stream(), held.stream())
            .sorted(Comparator.comparingLong((RingModelBuffer b) -> b.turn)).toList();
        released -= finished.stream().mapToLong(this::units).sum();
        finished.clear();
        held.clear();
        for (RingModelBuffer b : all.reversed()) {
            if (b.completed && b.completedAt == publishes) {
                b.completed = false;
                b.written = new byte[0];
            }
            if (b.takenAt == publishes) {
                b.completed = false;
                giveBack(b);
            } else {
                held.addFirst(b);
            }
        }
    }

    private void reap() {
        final long[] cookies = new long[random.nextInt(size + 2)];
        final int[] lengths = new int[random.nextInt(size + 2)];
        final int expected = Math.min(done.size(), Math.min(cookies.length, lengths.length));

        assertEquals(expected, driver.reap(cookies, lengths), driver::fault);

        for (int i = 0; i < expected; i++) {
            final RingModelBuffer b = done.remove();
            assertEquals(b.number, cookies[i]);
            assertArrayEquals(b.written, Arrays.copyOf(guest.get(b.address + b.sent.length, b.room), b.written.length));
            assertEquals(ioq && shape.transmits() ? b.sent.length : b.written.length, lengths[i]);
            outstanding -= b.descriptors;
            reaped += units(b);
            spare.add(b.address);
        }
    }

    private void listen() {
        switch (random.nextInt(4)) {
            case 0 -> {
                assertEquals(!waiting.isEmpty(), device.watch());
                deviceEar.watch(taken);
            }
            case 1 -> {
                assertEquals(!done.isEmpty(), driver.watch());
                driverEar.watch(reaped);
            }
            case 2 -> {
                device.unwatch();
                deviceEar.unwatch(taken);
            }
            default -> {
                driver.unwatch();
                driverEar.unwatch(reaped);
            }
        }
    }
}
