// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/// Chains that a device builds of guest addresses, over two regions that touch.
class GatherTest {

    private static final int REGION = 64;
    private static final long MIDDLE = TestGuest.BASE + REGION;

    private final TestGuest guest = new TestGuest(Arena.ofAuto(), REGION, REGION);
    private final Gather gather = new Gather(guest.memory);
    private final Burst burst = new Burst(3, 6);

    GatherTest() {
        for (int i = 0; i < 2 * REGION; i++) {
            guest.put(TestGuest.BASE + i, (byte) i);
        }
        gather.begin(burst);
    }

    @Test
    void shouldBuildChainsOfSeveralPieces() {
        assertTrue(gather.readable(TestGuest.BASE + 10, 2));
        assertTrue(gather.readable(TestGuest.BASE + 70, 3));
        assertTrue(gather.writable(TestGuest.BASE + 20, 4));
        gather.end(77);
        assertTrue(gather.writable(TestGuest.BASE + 100, 5));
        gather.end(78);

        assertEquals(2, burst.chains());
        assertArrayEquals(new byte[] {10, 11, 70, 71, 72}, TestGuest.read(burst, 0));
        assertEquals(4, burst.writable(0));
        assertEquals(0, burst.readable(1));
        assertEquals(5, burst.writable(1));
        assertEquals(77, gather.token(0));
        assertEquals(78, gather.token(1));
        burst.copyTo(0, 0, burst, 1, 0, 5);
        TestGuest.write(burst, 0, (byte) -1);
        assertArrayEquals(new byte[] {10, 11, 70, 71, 72}, guest.get(TestGuest.BASE + 100, 5));
        assertArrayEquals(new byte[] {19, -1, 21}, guest.get(TestGuest.BASE + 19, 3));
    }

    @Test
    void shouldCutARangeOverTwoRegions() {
        assertTrue(gather.readable(MIDDLE - 3, 6));
        assertTrue(gather.writable(MIDDLE - 1, 2));
        gather.end(0);

        assertArrayEquals(new byte[] {61, 62, 63, 64, 65, 66}, TestGuest.read(burst, 0));
        TestGuest.write(burst, 0, (byte) -7, (byte) -8);
        assertArrayEquals(new byte[] {62, -7, -8, 65}, guest.get(MIDDLE - 2, 4));
    }

    @Test
    void shouldTakeAnEmptyPieceAndAChainOfNone() {
        gather.end(1);
        assertTrue(gather.readable(TestGuest.BASE, 0));
        gather.end(2);
        assertTrue(gather.writable(guest.end() - 1, 0));
        gather.end(3);

        assertEquals(3, burst.chains());
        for (int chain = 0; chain < 3; chain++) {
            assertEquals(0, burst.readable(chain));
            assertEquals(0, burst.writable(chain));
            assertEquals(chain + 1, gather.token(chain));
        }
    }

    @Test
    void shouldForgetAnAbandonedChainAlone() {
        gather.readable(TestGuest.BASE, 1);
        gather.end(1);
        gather.readable(TestGuest.BASE + 1, 1);
        gather.writable(TestGuest.BASE + 2, 1);

        gather.abandon();

        assertTrue(gather.readable(TestGuest.BASE + 5, 2), "a readable piece may come first again");
        gather.end(2);
        assertEquals(2, burst.chains());
        assertArrayEquals(new byte[] {0}, TestGuest.read(burst, 0));
        assertArrayEquals(new byte[] {5, 6}, TestGuest.read(burst, 1));
        assertEquals(0, burst.writable(1));
    }

    @Test
    void shouldKeepNothingOfAPieceThatLiesHalfOutside() {
        assertTrue(gather.readable(TestGuest.BASE, 1));
        assertFalse(gather.readable(MIDDLE - 1, REGION + 2));
        assertFalse(gather.isFull());
        assertTrue(gather.writable(TestGuest.BASE + 9, 1));
        assertFalse(gather.writable(MIDDLE - 1, REGION + 2));
        gather.end(0);

        assertArrayEquals(new byte[] {0}, TestGuest.read(burst, 0));
        assertEquals(1, burst.writable(0));
        TestGuest.write(burst, 0, (byte) -1);
        assertEquals(-1, guest.get(TestGuest.BASE + 9, 1)[0]);
    }

    @Test
    void shouldTellThatThePiecesHaveNoRoomAndKeepNothingOfTheLast() {
        for (int i = 0; i < 5; i++) {
            assertTrue(gather.readable(TestGuest.BASE + i, 1));
        }
        assertFalse(gather.readable(MIDDLE - 1, 2), "two pieces, and room for one");
        assertTrue(gather.isFull());
        assertTrue(gather.readable(TestGuest.BASE + 5, 1));
        assertFalse(gather.isFull());
        assertFalse(gather.writable(TestGuest.BASE + 5, 1));
        assertTrue(gather.isFull());
        gather.end(0);

        assertArrayEquals(new byte[] {0, 1, 2, 3, 4, 5}, TestGuest.read(burst, 0));
        assertEquals(0, burst.writable(0));
    }

    @Test
    void shouldTellThatTheBurstHasNoRoomForAChain() {
        for (int i = 0; i < 3; i++) {
            assertTrue(gather.readable(TestGuest.BASE + i, 1));
            gather.end(i);
        }
        assertFalse(gather.readable(TestGuest.BASE, 1));
        assertTrue(gather.isFull());
        gather.abandon();
        assertThrows(IllegalStateException.class, () -> gather.end(3));
        assertEquals(3, burst.chains());
        assertArrayEquals(new byte[] {2}, TestGuest.read(burst, 2));

        gather.begin(burst);

        assertEquals(0, burst.chains());
        assertTrue(gather.readable(TestGuest.BASE + 8, 1));
        gather.end(0);
        assertArrayEquals(new byte[] {8}, TestGuest.read(burst, 0));
    }

    @Test
    void shouldRefuseAReadablePieceBehindAWritable() {
        gather.writable(TestGuest.BASE, 1);
        assertThrows(IllegalStateException.class, () -> gather.readable(TestGuest.BASE, 1));
    }

    @Test
    void shouldUseTheMemoryOfTheMomentWhenItBegan() {
        assertTrue(gather.readable(TestGuest.BASE, 8));
        guest.memory.remove(guest.low);
        assertTrue(gather.readable(TestGuest.BASE, 8), "its owner unmaps it after the burst");

        gather.begin(burst);

        assertFalse(gather.readable(TestGuest.BASE, 8));
        assertTrue(gather.readable(MIDDLE, 8));
        guest.memory.add(guest.low);
        assertFalse(gather.readable(TestGuest.BASE, 8));
        gather.begin(burst);
        assertTrue(gather.readable(TestGuest.BASE, 8));
    }

    @Test
    void shouldFillABurstThatARingFilledBefore() {
        burst.clear();
        burst.single(guest.low.memory(), 0, 4, true, 5);
        burst.single(guest.low.memory(), 4, 4, true, 6);

        gather.begin(burst);
        gather.readable(TestGuest.BASE + 1, 2);
        gather.end(9);

        assertEquals(1, burst.chains());
        assertArrayEquals(new byte[] {1, 2}, TestGuest.read(burst, 0));
        assertEquals(0, burst.writable(0));
    }

    @Test
    void shouldAllocateNothingWhateverTheGuestWrites() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assumeTrue(threads.isThreadAllocatedMemoryEnabled(), "this JVM does not count what a thread allocates");

        long least = Long.MAX_VALUE; // rounds before the compiler has finished allocate
        for (int round = 0; round < 100 && least > 0; round++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 500; i++) {
                gatherOnce(i);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }

        assertEquals(0, least, "bytes allocated in 500 bursts");
    }

    private void gatherOnce(int i) {
        gather.begin(burst);
        gather.readable(TestGuest.BASE + (i & 31), 8);
        gather.writable(MIDDLE - 2, 4);
        gather.end(i);
        gather.readable(MIDDLE - 1, 4 * REGION);
        gather.abandon();
        gather.writable(-1, 4);
        gather.writable(MIDDLE, -1);
        gather.end(i + 1);
    }
}
