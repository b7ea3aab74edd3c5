// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FrameRingTest {

    private final FrameRing ring = new FrameRing(1024);

    private boolean put(int captured, int mark) {
        final int at = ring.claim(captured);
        if (at >= 0) {
            ring.bytes.set(ValueLayout.JAVA_INT, at + FrameRing.CAPTURED_BYTES, captured);
            for (int i = 0; i < captured; i++) {
                ring.bytes.set(ValueLayout.JAVA_BYTE, at + FrameRing.HEADER_BYTES + i, (byte) mark);
            }
        }
        return at >= 0;
    }

    /// Takes a record; its length, and every byte is the mark.
    private int take(int mark) {
        final int at = ring.next();
        if (at < 0) {
            return -1;
        }
        final int captured = ring.bytes.get(ValueLayout.JAVA_INT, at + FrameRing.CAPTURED_BYTES);
        for (int i = 0; i < captured; i++) {
            assertEquals((byte) mark, ring.bytes.get(ValueLayout.JAVA_BYTE, at + FrameRing.HEADER_BYTES + i));
        }
        return captured;
    }

    @Test
    void shouldShowNothingBeforeItIsPublished() {
        put(10, 1);
        assertEquals(-1, take(1));

        ring.publish();
        assertEquals(10, take(1));
        assertEquals(-1, take(1));
    }

    @Test
    void shouldForgetWhatWasNotPublished() {
        put(10, 1);
        ring.publish();
        put(20, 2);
        ring.forget();
        put(30, 3);
        ring.publish();

        assertEquals(10, take(1));
        assertEquals(30, take(3));
        assertEquals(-1, take(0));
    }

    @Test
    void shouldTakeNoMoreThanItHasRoomForUntilRecordsAreFreed() {
        for (int i = 0; i < 4; i++) {
            assertTrue(put(256 - FrameRing.HEADER_BYTES, i));
        }
        ring.publish();
        assertEquals(-1, ring.claim(0));

        assertEquals(224, take(0));
        assertEquals(-1, ring.claim(0), "taken and not yet free");
        ring.free();
        assertTrue(put(224, 4));
        assertEquals(-1, ring.claim(0));
    }

    @Test
    void shouldKeepARecordInOnePieceAtTheEnd() {
        assertTrue(put(800, 1));
        ring.publish();
        assertEquals(800, take(1));
        ring.free();

        assertTrue(put(300, 2), "832 used, 192 left at the end: it begins at the start");
        ring.publish();
        assertEquals(300, take(2));
    }

    @Test
    void shouldWantASizeThatIsAPowerOfTwo() {
        assertThrows(IllegalArgumentException.class, () -> new FrameRing(1000));
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void shouldCarryRecordsBetweenTwoThreadsInOrder() throws InterruptedException {
        final long seed = Long.getLong("vbus.seed", System.nanoTime());
        System.out.println("FrameRingTest: -Dvbus.seed=" + seed); // why: replays the test
        final int records = 50_000;
        final Thread lane = Thread.ofPlatform().start(() -> {
            final Random random = new Random(seed);
            for (int i = 0; i < records; i++) {
                final int captured = random.nextInt(100);
                while (!put(captured, i)) {
                    ring.publish();
                    Thread.yield();
                }
                if (random.nextInt(4) == 0 || i == records - 1) {
                    ring.publish();
                } else if (random.nextInt(64) == 0) {
                    ring.publish();
                    put(8, 99);
                    ring.forget();
                }
            }
        });
        for (int i = 0; i < records;) {
            if (take(i) >= 0) {
                i++;
            } else {
                ring.free();
                Thread.yield();
            }
        }
        lane.join();
        assertEquals(-1, take(0));
    }
}
