// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// A ring beside its model in queues: each step does the same to both and compares what they say.
///
/// ```
///   spare -offer-> hidden -publish-> waiting -take-> held -complete-> finished -publish-> done -reap-> spare
///                  (an IOQ hides nothing)      <-untake-    (an IOQ waits for the order)
/// ```
final class RingModel {

    private static final int SLOT = 24;

    /// A buffer on one round.
    private static final class Buffer {
        final long address;
        final int length;
        final long cookie;
        byte[] content;
        Burst burst;
        int chain;
        boolean completed;

        Buffer(long address, int length, long cookie) {
            this.address = address;
            this.length = length;
            this.cookie = cookie;
        }
    }

    /// Whether a side wants to be told, and how often it was.
    private static final class Ear {
        final Bell bell = new Bell();
        boolean enabled;
        boolean pending;
        int expected;

        void tell(boolean sticky) {
            if (enabled && !pending) {
                expected++;
                pending = sticky;
            }
            assertEquals(expected, bell.rung());
        }

        void watch() {
            enabled = true;
            pending = false;
        }
    }

    private final Random random;
    private final Pair.Shape shape;
    private final boolean ioq;
    private final int size;
    private final TestGuest guest;
    private final long border;
    private final DriverRing driver;
    private final Ring device;
    private final Ear deviceEar = new Ear();
    private final Ear driverEar = new Ear();
    private final ArrayDeque<Long> spare = new ArrayDeque<>();
    private final ArrayDeque<Buffer> hidden = new ArrayDeque<>();
    private final ArrayDeque<Buffer> waiting = new ArrayDeque<>();
    private final List<Buffer> held = new ArrayList<>();
    private final ArrayDeque<Buffer> finished = new ArrayDeque<>();
    private final ArrayDeque<Buffer> done = new ArrayDeque<>();
    private int outstanding;
    private int offered;
    private int released;
    private long position;
    private long cookies;

    RingModel(Arena arena, Pair.Shape shape, int size, Random random) {
        this.random = random;
        this.shape = shape;
        this.size = size;
        ioq = shape.kind() == Pair.Kind.IOQ;
        final int buffers = size + 2;
        final int low = buffers / 2 * SLOT + SLOT / 3; // some buffers lie across the border
        guest = new TestGuest(arena, low, buffers * SLOT - low);
        border = guest.low.end();
        final Pair pair = shape.make(arena, size, guest.memory, deviceEar.bell, driverEar.bell);
        driver = pair.driver();
        device = pair.device();
        driverEar.enabled = true;
        for (int i = 0; i < buffers; i++) {
            spare.add(TestGuest.BASE + (long) i * SLOT);
        }
    }

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
            assertEquals(size - outstanding, driver.free());
            assertEquals(position % (ioq ? size : 0x10000), device.position());
            assertEquals(driverEar.expected, device.notified());
            assertEquals(deviceEar.expected, deviceEar.bell.rung());
            assertNull(device.fault());
        }
    }

    private void step() {
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> offer();
            case 4, 5 -> publishOffers();
            case 6, 7 -> take();
            case 8, 9, 10 -> complete();
            case 11 -> untake();
            case 12, 13 -> publishCompletions();
            case 14 -> reap();
            default -> listen();
        }
    }

    private void offer() {
        final Buffer b = new Buffer(spare.element(), random.nextInt(SLOT + 1), cookies++);
        b.content = new byte[shape.transmits() ? b.length : 0];
        random.nextBytes(b.content);
        assertEquals(outstanding < size, driver.free() > 0);
        if (outstanding < size) {
            guest.put(b.address, b.content);
        }
        assertEquals(outstanding < size, driver.offer(b.address, b.length, b.cookie));
        if (outstanding < size) {
            spare.remove();
            outstanding++;
            offered++;
            (ioq ? waiting : hidden).add(b);
        }
    }

    private void publishOffers() {
        driver.publish();
        if (offered > 0) {
            deviceEar.tell(ioq);
        }
        offered = 0;
        waiting.addAll(hidden);
        hidden.clear();
    }

    private void take() {
        final int maxPieces = 2 + random.nextInt(2 * size);
        final Burst burst = new Burst(1 + random.nextInt(size + 1), maxPieces);
        final int max = random.nextInt(size + 2);
        int expected = 0;
        int pieces = 0;
        for (Buffer b : waiting) {
            pieces += b.address < border && b.address + b.length > border ? 2 : 1;
            if (expected == max || expected == burst.maxChains() || pieces > maxPieces) {
                break;
            }
            expected++;
        }

        assertEquals(expected, device.take(burst, max), device::fault);

        assertEquals(expected, burst.chains());
        position += expected;
        for (int chain = 0; chain < expected; chain++) {
            final Buffer b = waiting.remove();
            b.burst = burst;
            b.chain = chain;
            held.add(b);
            assertEquals(shape.transmits() ? b.length : 0, burst.readable(chain));
            assertEquals(shape.transmits() ? 0 : b.length, burst.writable(chain));
            if (shape.transmits()) {
                assertArrayEquals(b.content, TestGuest.read(burst, chain));
            }
        }
    }

    private void complete() {
        final List<Buffer> open = held.stream().filter(b -> !b.completed).toList();
        if (open.isEmpty()) {
            return;
        }
        final Buffer b = open.get(random.nextInt(open.size()));
        if (!shape.transmits()) {
            b.content = new byte[random.nextInt(b.length + 1)];
            random.nextBytes(b.content);
            TestGuest.write(b.burst, b.chain, b.content);
        }
        device.complete(b.burst, b.chain, shape.transmits() ? 0 : b.content.length);
        b.completed = true;
        if (!ioq) {
            finished.add(b);
            released++;
        }
        while (!held.isEmpty() && held.getFirst().completed) {
            final Buffer first = held.removeFirst();
            if (ioq) {
                done.add(first);
                released++;
            }
        }
    }

    private void untake() {
        int open = 0;
        while (open < held.size() && !held.get(held.size() - 1 - open).completed) {
            open++;
        }
        final int back = random.nextInt(open + 1);
        device.untake(back);
        position -= back;
        for (int i = 0; i < back; i++) {
            waiting.addFirst(held.removeLast());
        }
    }

    private void publishCompletions() {
        device.publish();
        if (released > 0) {
            driverEar.tell(ioq);
        }
        released = 0;
        done.addAll(finished);
        finished.clear();
    }

    private void reap() {
        final long[] reaped = new long[random.nextInt(size + 2)];
        final int[] lengths = new int[random.nextInt(size + 2)];
        final int expected = Math.min(done.size(), Math.min(reaped.length, lengths.length));

        assertEquals(expected, driver.reap(reaped, lengths), "reap");

        for (int i = 0; i < expected; i++) {
            final Buffer b = done.remove();
            assertEquals(b.cookie, reaped[i]);
            assertArrayEquals(b.content, Arrays.copyOf(guest.get(b.address, b.length), b.content.length));
            if (!shape.transmits()) {
                assertEquals(b.content.length, lengths[i]);
            }
            outstanding--;
            spare.add(b.address);
        }
    }

    private void listen() {
        switch (random.nextInt(4)) {
            case 0 -> {
                assertEquals(!waiting.isEmpty(), device.watch());
                deviceEar.watch();
            }
            case 1 -> {
                assertEquals(!done.isEmpty(), driver.watch());
                driverEar.watch();
            }
            case 2 -> {
                device.unwatch();
                deviceEar.enabled = false;
            }
            default -> {
                driver.unwatch();
                driverEar.enabled = false;
            }
        }
    }
}
