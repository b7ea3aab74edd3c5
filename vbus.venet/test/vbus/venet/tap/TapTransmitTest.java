// SPDX-License-Identifier: Apache-2.0
package vbus.venet.tap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.shm.Burst;
import vbus.shm.Ring;
import vbus.shm.linux.Tap;
import vbus.testkit.Await;
import vbus.testkit.Namespace;

/// Buffers for frames to Linux, as a ring: Linux counts what arrives, and the ring what does not.
class TapTransmitTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int HEADER = Tap.HEADER_BYTES;
    private static final int BURST = 32;
    private static final int ROUNDS = 100;

    private final Burst burst = new Burst(BURST, BURST);
    private final MemorySegment bytes = MemorySegment.ofArray(new byte[2048]);
    private Lab lab;
    private Namespace host;
    private Tap tap;
    private TapTransmit to;

    @BeforeEach
    void make() throws Exception {
        lab = new Lab();
        host = lab.host("host");
        tap = lab.open(host, "tap0", true);
        host.up("tap0", "10.9.0.1/24").ip("neigh", "add", "10.9.0.2", "lladdr", "02:00:00:00:00:02", "dev", "tap0");
        to = new TapTransmit(tap);
    }

    @AfterEach
    void remove() {
        lab.close();
    }

    @Test
    void shouldGiveLinuxNothingBeforePublish() {
        write(0, 60);
        assertEquals(0, arrived());

        to.publish();

        assertEquals(1, arrived());
        assertEquals(1, to.frames());
    }

    @Test
    void shouldGiveLinuxNothingThatARollbackForgot() {
        write(0, 60);

        to.rollback();
        to.publish();

        assertEquals(0, arrived());
        write(0, 60);
        to.publish();
        assertEquals(1, arrived());
    }

    @Test
    void shouldGiveLinuxNothingOfAnEmptyBuffer() {
        assertEquals(1, to.take(burst, 1));
        to.complete(burst, 0, 0);
        to.publish();

        assertEquals(0, arrived() + to.refused());
    }

    @Test
    void shouldAlwaysHaveBuffersAgain() {
        for (int i = 0; i < 5 * TapRing.COUNT; i++) {
            write(0, 60);
            to.publish();
        }

        assertEquals(5 * TapRing.COUNT, arrived());
    }

    @Test
    void shouldHaveRoomForTheLongestFrame() {
        assertEquals(BURST, to.take(burst, BURST));

        assertTrue(IntStream.range(0, BURST).allMatch(i -> burst.writable(i) >= HEADER + 14 + 4 + 65535));
    }

    @Test
    void shouldCountWhatLinuxRefuses() {
        write(1, 60); // a checksum to be completed, far behind the end
        to.publish();

        assertEquals(1, to.refused());
        write(0, 60);
        to.publish();
        assertEquals(1, arrived(), "the next one arrives");
    }

    @Test
    void shouldCountWhatADownInterfaceLoses() {
        host.ip("link", "set", "dev", "tap0", "down");
        write(0, 60);
        to.publish();

        assertEquals(1, to.down());
        assertNull(to.fault());
    }

    @Test
    void shouldBreakWhenTheInterfaceGoes() {
        host.ip("link", "del", "dev", "tap0");
        write(0, 60);
        to.publish();

        assertEquals(Ring.BROKEN, to.take(burst, 1));
        assertEquals("TAP tap0 was removed", to.fault());
    }

    @Test
    void shouldAllocateNothingPerFrame() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        write(0, 60);
        to.rollback(); // the bytes stay

        Await.until("frames that allocate nothing, once it is compiled", SOON, () -> {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int round = 0; round < ROUNDS; round++) {
                final int n = to.take(burst, BURST);
                for (int chain = 0; chain < n; chain++) {
                    burst.write(chain, 0, bytes, 0, HEADER + 60);
                    to.complete(burst, chain, HEADER + 60);
                }
                to.publish();
            }
            return threads.getCurrentThreadAllocatedBytes() - before < ROUNDS * BURST;
        });
        assertEquals(0, to.frames() % (ROUNDS * BURST));
    }

    /// Fills one buffer with a frame of a kind that Linux counts and drops.
    private void write(int flags, int length) {
        bytes.fill((byte) 0);
        bytes.set(JAVA_BYTE, 0, (byte) flags);
        bytes.set(JAVA_SHORT_UNALIGNED, 6, (short) (flags == 0 ? 0 : 1000));
        bytes.asSlice(HEADER, 6).fill((byte) -1);
        bytes.set(JAVA_BYTE, HEADER + 6, (byte) 2);
        bytes.set(JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), HEADER + 12, (short) 0x88b5);
        assertEquals(1, to.take(burst, 1));
        burst.write(0, 0, bytes, 0, HEADER + length);
        to.complete(burst, 0, HEADER + length);
    }

    /// Frames that Linux counted.
    private int arrived() {
        final String shown = host.run(SOON, "ip", "-s", "link", "show", "dev", "tap0");
        final Matcher received = Pattern.compile("RX:.*\\n +\\d+ +(\\d+)").matcher(shown);
        assertTrue(received.find(), shown);
        return Integer.parseInt(received.group(1));
    }
}
