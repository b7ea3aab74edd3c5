// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.shm.linux.Tap;
import vbus.testkit.Await;
import vbus.testkit.Namespace;

/// A bridge between a real TAP and a port that the test holds.
class BridgeTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int FRAMES = 20_000;

    private final FakePort port = new FakePort();
    private Namespace host;
    private Tap tap;
    private Bridge bridge;

    @BeforeEach
    void join() throws Exception {
        String missing = Namespace.missing().orElse(null);
        assumeTrue(missing == null, missing);
        host = Namespace.create("bridge");
        tap = host.in(() -> Tap.open("tap0", false));
        host.up("tap0", "10.9.0.1/24").ip("neigh", "add", "10.9.0.2", "lladdr", "02:00:00:00:00:02", "dev", "tap0");
        byte[] frame = new byte[200]; // to everybody, of a kind that Linux counts and drops
        Arrays.fill(frame, 0, 6, (byte) -1);
        frame[6] = 2;
        frame[12] = (byte) 0x88;
        frame[13] = (byte) 0xb5;
        port.frame(frame);
        bridge = new Bridge("test", port, tap).start();
    }

    @AfterEach
    void part() {
        if (host != null) {
            bridge.close();
            tap.close();
            host.close();
        }
    }

    @Test
    void shouldGiveLinuxWhatArrivesAtThePort() {
        port.arrive(100);

        assertEquals(100, bridge.written());
        String counted = host.run(SOON, "ip", "-s", "link", "show", "dev", "tap0");
        assertTrue(counted.matches("(?s).*RX:.*?\\n +20000 +100 .*"), counted);
    }

    @Test
    void shouldSendWhatLinuxSends() {
        speak(100);

        Await.until("100 frames", SOON, () -> port.sent.get() >= 100);
        assertTrue(port.flushed.get() > 0);
        assertEquals(0, bridge.notSent());
    }

    @Test
    void shouldCountWhatThePortDoesNotTake() {
        port.full = true;

        speak(3);

        Await.until("3 lost frames", SOON, () -> bridge.notSent() >= 3);
        port.full = false;
        speak(1);
        Await.until("the next frame", SOON, () -> port.sent.get() >= 1);
    }

    @Test
    void shouldCountWhatLinuxDoesNotTake() {
        host.ip("link", "set", "dev", "tap0", "down");

        port.arrive(2);

        assertEquals(2, bridge.notWritten());
    }

    @Test
    void shouldShowACarrierWhileItIsThere() {
        assertFalse(shown().contains("NO-CARRIER"), shown());

        bridge.close();

        assertTrue(shown().contains("NO-CARRIER"), shown());
        assertEquals(null, port.listener);
    }

    private String shown() {
        return host.run(SOON, "ip", "link", "show", "dev", "tap0");
    }

    @Test
    void shouldAllocateNothingPerFrameToLinux() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        Await.until("frames that allocate nothing, once it is compiled", SOON, () -> {
            final long before = threads.getCurrentThreadAllocatedBytes();
            port.arrive(FRAMES);
            return threads.getCurrentThreadAllocatedBytes() - before < FRAMES;
        });
        assertEquals(0, bridge.written() % FRAMES);
    }

    @Test
    void shouldAllocateNothingPerFrameFromLinux() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals("vbus bridge test"))
            .findFirst().orElseThrow().threadId();

        Await.until("frames that allocate nothing, once it is compiled", SOON, () -> {
            final long sent = port.sent.get();
            final long before = threads.getThreadAllocatedBytes(thread);
            speak(FRAMES);
            Await.until("an empty queue", SOON, () -> !tap.isReadable());
            final long frames = port.sent.get() - sent;
            return frames > FRAMES / 10 && threads.getThreadAllocatedBytes(thread) - before < frames;
        });
    }

    /// Linux sends datagrams.
    private void speak(int datagrams) {
        try {
            host.in(() -> {
                try (DatagramSocket socket = new DatagramSocket()) {
                    DatagramPacket packet = new DatagramPacket(new byte[100], 100, InetAddress.getByName("10.9.0.2"), 9);
                    for (int i = 0; i < datagrams; i++) {
                        socket.send(packet);
                    }
                }
                return null;
            });
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
