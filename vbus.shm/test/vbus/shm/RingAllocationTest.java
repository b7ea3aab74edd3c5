// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The hot path makes no garbage once it is warm: a frame goes from a transmit ring to a receive ring, as in a switch.
class RingAllocationTest {

    private static final int SIZE = 64;
    private static final int BATCH = 32;
    private static final int FRAME = 60;
    private static final int SLOT = 64;
    private static final int BURSTS = 500;
    private static final int ROUNDS = 200;

    private final Arena arena = Arena.ofAuto();
    private final GuestMemory memory = new GuestMemory();
    private final MemorySegment header = arena.allocate(16);
    private final Bell bell = new Bell();
    private final Burst in = new Burst(BATCH, 2 * BATCH);
    private final Burst out = new Burst(BATCH, 2 * BATCH);
    private final long[] cookies = new long[SIZE];
    private final int[] lengths = new int[SIZE];
    private Pair transmit;
    private Pair receive;
    private long sum;

    static Object[] shapes() {
        return Pair.Shape.all().filter(Pair.Shape::transmits).toArray();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldAllocateNothingPerBurst(Pair.Shape shape) {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assumeTrue(threads.isThreadAllocatedMemoryEnabled(), "this JVM does not count what a thread allocates");
        memory.add(new Region(TestGuest.BASE, arena.allocate(2L * SIZE * SLOT, 64)));
        transmit = shape.make(arena, SIZE, memory, bell, bell);
        receive = new Pair.Shape(shape.kind(), Direction.FROM_DEVICE, shape.features()).make(arena, SIZE, memory, bell, bell);

        long least = Long.MAX_VALUE; // rounds before the compiler has finished allocate
        for (int round = 0; round < ROUNDS && least > 0; round++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < BURSTS; i++) {
                forward();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }

        assertEquals(0, least, "bytes allocated in " + BURSTS + " bursts");
        assertTrue(sum >= 0 && bell.rung() > 0);
    }

    private void forward() {
        transmit.device().watch();
        for (int i = 0; i < BATCH; i++) {
            transmit.driver().offer(TestGuest.BASE + (long) i * SLOT, FRAME, i);
            receive.driver().offer(TestGuest.BASE + (long) (SIZE + i) * SLOT, SLOT, i);
        }
        transmit.driver().publish();
        receive.driver().publish();
        transmit.device().unwatch();

        final int n = transmit.device().take(in, BATCH);
        receive.device().take(out, BATCH);
        for (int i = 0; i < n; i++) {
            sum += in.readLong(i, 6) & 1;
            in.read(i, 0, header, 0, 14);
            out.write(i, 0, header, 0, 14);
            in.copyTo(i, 14, out, i, 14, FRAME - 14);
            transmit.device().complete(in, i, 0);
            receive.device().complete(out, i, FRAME);
        }
        transmit.device().publish();
        receive.device().publish();

        sum += transmit.driver().reap(cookies, lengths);
        sum += receive.driver().reap(cookies, lengths);
        receive.driver().watch();
        transmit.driver().unwatch();
    }
}
