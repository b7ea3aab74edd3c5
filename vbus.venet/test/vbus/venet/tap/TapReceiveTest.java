// SPDX-License-Identifier: Apache-2.0
package vbus.venet.tap;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.shm.Burst;
import vbus.shm.Ring;
import vbus.shm.linux.Tap;
import vbus.testkit.Await;
import vbus.testkit.Namespace;

/// What Linux sends, as a ring: what a lane does with it, and what is left when an error cuts it.
class TapReceiveTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int HEADER = Tap.HEADER_BYTES;
    private static final int PAYLOAD_AT = HEADER + 14 + 20 + 8;
    private static final int BURST = 32;
    private static final int FULL_QUEUE = 500; // what the kernel keeps for a TAP at least

    private final Burst burst = new Burst(BURST, BURST);
    private final MemorySegment bytes = MemorySegment.ofArray(new byte[2048]);
    private Lab lab;
    private Namespace host;
    private Tap tap;
    private TapReceive from;

    @BeforeEach
    void make() throws Exception {
        lab = new Lab();
        host = lab.host("host");
        tap = lab.open(host, "tap0", true);
        host.up("tap0", "10.9.0.1/24").ip("neigh", "add", "10.9.0.2", "lladdr", "02:00:00:00:00:02", "dev", "tap0");
        from = new TapReceive(tap);
    }

    @AfterEach
    void remove() {
        lab.close();
    }

    @Test
    void shouldHandOutFramesInTheirOrder() {
        speak(0, 10);

        assertEquals(numbers(0, 10), takeUntil(10));
    }

    @Test
    void shouldHaveNothingWhenLinuxIsSilent() {
        Await.until("silence", SOON, () -> from.take(burst, BURST) == 0); // it speaks of IPv6 at first

        assertEquals(0, burst.chains());
        assertNull(from.fault());
    }

    @Test
    void shouldHandOutAgainWhatWasGivenBack() {
        speak(0, 4);
        int n = takeAll();
        int last = number(n - 1);

        from.untake(1);
        from.completeRead(burst, 0, n - 1);
        from.publish();

        assertTrue(from.watch(), "one waits");
        assertEquals(1, from.take(burst, BURST));
        assertEquals(last, number(0));
    }

    @Test
    void shouldHandOutAgainWhatARollbackForgot() {
        speak(0, 4);
        int n = takeAll();
        List<Integer> before = taken(n);
        from.completeRead(burst, 0, n);

        from.rollback();

        assertTrue(from.watch(), "all wait");
        assertEquals(n, from.take(burst, n));
        assertEquals(before, taken(n));
    }

    @Test
    void shouldForgetWhatWasPublished() {
        speak(0, 4);
        from.completeRead(burst, 0, takeAll());
        from.publish();

        from.rollback();

        speak(4, 1);
        assertEquals(List.of(4), takeUntil(1));
    }

    @Test
    void shouldLeaveFramesWithLinuxWhenAllBuffersAreHeld() {
        speak(0, 3 * TapRing.COUNT);
        int held = 0;
        for (int n = from.take(burst, BURST); n > 0; n = from.take(burst, BURST)) {
            held += n;
        }

        assertEquals(TapRing.COUNT, held);
        assertTrue(tap.isReadable(), "the others wait in the kernel");
    }

    @Test
    void shouldGoRoundManyTimes() {
        for (int round = 0; round < 10; round++) {
            speak(round * 100, 100);
            assertEquals(numbers(round * 100, 100), takeUntil(100));
        }
    }

    @Test
    void shouldBreakWhenTheInterfaceGoes() {
        host.ip("link", "del", "dev", "tap0");

        Await.until("the end", SOON, () -> from.take(burst, BURST) == Ring.BROKEN);
        assertEquals("TAP tap0 was removed", from.fault());
        assertFalse(from.watch());
    }

    @Test
    void shouldHandOutNothingOnceRevoked() {
        speak(0, 4);
        from.revoke("over");

        assertEquals(Ring.BROKEN, from.take(burst, BURST));
        assertEquals("over", from.fault());
    }

    @Test
    void shouldAllocateNothingPerFrame() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        Await.until("frames that allocate nothing, once it is compiled", SOON, () -> {
            speak(0, FULL_QUEUE);
            final long before = threads.getCurrentThreadAllocatedBytes();
            final long frames = drain();
            return frames > FULL_QUEUE / 2 && threads.getCurrentThreadAllocatedBytes() - before < frames;
        });
    }

    private long drain() {
        long frames = 0;
        int n = from.take(burst, BURST);
        while (n > 0) {
            frames += n;
            from.completeRead(burst, 0, n);
            from.publish();
            n = from.take(burst, BURST);
        }
        return frames;
    }

    /// Linux sends datagrams with these numbers.
    private void speak(int first, int count) {
        try {
            host.in(() -> {
                try (DatagramSocket socket = new DatagramSocket()) {
                    for (int i = first; i < first + count; i++) {
                        byte[] data = {(byte) (i >>> 8), (byte) i};
                        socket.send(new DatagramPacket(data, data.length, InetAddress.getByName("10.9.0.2"), 9));
                    }
                }
                return null;
            });
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static List<Integer> numbers(int first, int count) {
        return IntStream.range(first, first + count).boxed().toList();
    }

    /// Takes, completes and publishes until so many datagrams came; their numbers.
    private List<Integer> takeUntil(int count) {
        final List<Integer> all = new ArrayList<>();
        Await.until(count + " datagrams", SOON, () -> {
            final int n = from.take(burst, BURST);
            all.addAll(taken(n));
            from.completeRead(burst, 0, n);
            from.publish();
            return all.size() >= count;
        });
        return all;
    }

    private int takeAll() {
        return Await.value("4 datagrams", SOON, () -> {
            final int n = from.take(burst, BURST);
            if (taken(n).size() >= 4) {
                return n;
            }
            from.untake(n);
            return null;
        });
    }

    private List<Integer> taken(int n) {
        return IntStream.range(0, n).map(this::number).filter(i -> i >= 0).boxed().toList();
    }

    /// Number of the datagram in a chain; -1 for another frame.
    private int number(int chain) {
        final int n = (int) burst.readable(chain);
        burst.read(chain, 0, bytes, 0, n);
        final boolean ours = bytes.get(JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), HEADER + 12) == 0x0800;
        return ours ? bytes.get(JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), PAYLOAD_AT) & 0xffff : -1;
    }
}
