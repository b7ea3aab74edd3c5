// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import vbus.api.driver.BusPort;
import vbus.venet.api.NetworkPort;

/// Two Java guests that send each other numbered, hashed frames through a switch, as fast as a window of frames allows.
///
/// ```
///   0 destination 6   6 source 6   12 type 0x88b5   14 number u64   22 hash u32 (CRC-32 of number and body)   26 body 100
/// ```
/// The window keeps the receiver's ring from overflowing, so that a frame that is missing was lost by the switch or its update.
final class FrameExchange implements AutoCloseable {

    static final String BUS = "lab";
    static final String SWITCH = "lan0";
    private static final int WINDOW = 64;
    private static final int TYPE = 0x88b5;
    private static final int BODY_AT = 26;
    private static final int BODY = 100;
    private static final Duration STALL = Duration.ofSeconds(20);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final Container container;
    private final End alice;
    private final End bob;
    private volatile boolean closed;

    private FrameExchange(Container container) {
        this.container = container;
        alice = new End(container, "alice");
        bob = new End(container, "bob");
        alice.peer = bob;
        bob.peer = alice;
        alice.start();
        bob.start();
    }

    /// Makes the bus, the switch and both guests by configuration, and waits until frames flow.
    static FrameExchange start(Container container) {
        container.drop("vbus.venet");
        container.configure("vbus.bus~" + BUS);
        container.configure("vbus.venet.switch~" + SWITCH);
        container.configure("vbus.link~" + SWITCH, "bus=" + BUS, "device=" + SWITCH);
        container.configure("vbus.local.guest~alice", "bus=" + BUS);
        container.configure("vbus.local.guest~bob", "bus=" + BUS);
        FrameExchange exchange = new FrameExchange(container);
        exchange.awaitMore(1000);
        return exchange;
    }

    /// Waits until each end received that many more frames. Errors: AssertionError when the exchange stalls: a frame was lost.
    void awaitMore(long frames) {
        for (End end : new End[] {alice, bob}) {
            long goal = end.received.get() + frames;
            container.await("frame %d at %s (it has %d of %d sent, %d wrong)".formatted(goal, end.name, end.received.get(),
                end.peer.sent.get(), end.wrong.get()), STALL, () -> end.received.get() >= goal ? end : null);
        }
    }

    /// Errors: AssertionError when a frame was duplicated, reordered or damaged.
    void assertPerfect() {
        assertEquals(0, alice.wrong.get(), "wrong frames at alice: " + alice.firstWrong);
        assertEquals(0, bob.wrong.get(), "wrong frames at bob: " + bob.firstWrong);
    }

    long received() {
        return alice.received.get() + bob.received.get();
    }

    /// Stops sending; waits until all that was sent has come.
    @Override
    public void close() {
        closed = true;
        for (End end : new End[] {alice, bob}) {
            container.await("the last frame at " + end.name, STALL, () -> end.received.get() >= end.peer.sent.get() ? end : null);
        }
    }

    /// One guest. Everything but the counters belongs to the guest's own thread.
    private final class End {
        final String name;
        final AtomicLong sent = new AtomicLong();
        final AtomicLong received = new AtomicLong();
        final AtomicLong wrong = new AtomicLong();
        volatile String firstWrong = "none";
        private final BusPort thread;
        private final NetworkPort port;
        private final MemorySegment frame = Arena.ofAuto().allocate(BODY_AT + BODY, 8);
        private final byte[] body = new byte[BODY];
        private final CRC32 crc = new CRC32();
        private End peer;

        End(Container container, String name) {
            this.name = name;
            thread = container.awaitService(BusPort.class, "(&(vbus.guest=%s)(vbus.bus=%s))".formatted(name, BUS));
            port = container.awaitService(NetworkPort.class, "(&(vbus.guest=%s)(vbus.device=%s))".formatted(name, SWITCH));
        }

        void start() {
            MemorySegment.copy(peer.port.mac(), 0, frame, ValueLayout.JAVA_BYTE, 0, 6);
            MemorySegment.copy(port.mac(), 0, frame, ValueLayout.JAVA_BYTE, 6, 6);
            frame.set(SHORT, 12, (short) TYPE);
            thread.execute(() -> {
                port.onReceive(this::receive);
                receive(); // what came before the listener is not announced again
                send();
            });
        }

        void send() {
            long limit = peer.received.get() + WINDOW;
            boolean room = true;
            while (room && !closed && sent.get() < limit) {
                long number = sent.get();
                frame.set(LONG, 14, number);
                for (int i = 0; i < BODY; i += 4) {
                    frame.set(INT, BODY_AT + i, (int) (number * 31 + i));
                }
                frame.set(INT, 22, hash(frame, 0));
                room = port.send(frame, 0, BODY_AT + BODY);
                if (room) {
                    sent.incrementAndGet();
                }
            }
            port.flush();
        }

        void receive() {
            while (port.receive(this::take, WINDOW) > 0) {
                peer.thread.execute(peer::send);
            }
        }

        private void take(MemorySegment memory, long offset, int length) {
            if (length < 14 || (memory.get(SHORT, offset + 12) & 0xffff) != TYPE) {
                return; // somebody else's
            }
            long expected = received.get();
            long number = length == BODY_AT + BODY ? memory.get(LONG, offset + 14) : -1;
            if (number != expected || memory.get(INT, offset + 22) != hash(memory, offset)) {
                if (wrong.getAndIncrement() == 0) {
                    firstWrong = "frame %d of %d bytes, want frame %d of %d".formatted(number, length, expected, BODY_AT + BODY);
                }
            }
            received.incrementAndGet();
        }

        private int hash(MemorySegment memory, long offset) {
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset + BODY_AT, body, 0, BODY);
            crc.reset();
            crc.update((int) memory.get(LONG, offset + 14));
            crc.update(body);
            return (int) crc.getValue();
        }
    }
}
