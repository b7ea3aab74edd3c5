// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import vbus.api.connector.Channel;
import vbus.api.connector.SessionEvents;
import vbus.api.driver.Block;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.Ioq;
import vbus.shm.IoqDriver;
import vbus.shm.Side;
import vbus.shm.Signal;
import vbus.unix.guest.UnixGuest;

/// A guest in a process of its own: sends numbered frames and makes calls, until its input ends or it is killed.
///
/// `main(socket, name)`: says `going` once frames flow, and at last `frames=N calls=N signals=N`, or what went wrong.
final class GuestProgram {

    private static final int COUNT = 64;
    private static final int FRAME_BYTES = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private final Channel channel;
    private final Block buffers;
    private final IoqDriver tx;
    private final IoqDriver rx;
    private final AtomicLong signals = new AtomicLong();
    private final long[] cookies = new long[COUNT];
    private final int[] lengths = new int[COUNT];
    private long sent;
    private long received;
    private long calls;

    private GuestProgram(UnixGuest guest) {
        channel = guest.open(7, 2, new SessionEvents() { });
        buffers = guest.allocate(2L * COUNT * FRAME_BYTES);
        rx = ring(guest, 0, Direction.FROM_DEVICE);
        tx = ring(guest, 1, Direction.TO_DEVICE);
        for (int i = 0; i < COUNT; i++) {
            lend(i);
        }
        rx.publish();
    }

    private IoqDriver ring(UnixGuest guest, int id, Direction direction) {
        Block block = guest.allocate(Ioq.byteSize(COUNT));
        Ioq.format(block.memory(), COUNT);
        Channel.Registration[] registration = new Channel.Registration[1];
        Doorbell host = () -> {
            if (registration[0] != null) {
                registration[0].kick();
            }
        };
        Signal signal = new Signal(Ioq.signal(block.memory()), Side.NORTH, host);
        IoqDriver ring = new IoqDriver(block.memory(), direction, signal);
        registration[0] = channel.shm(id, block.memory(), 8, id, () -> signal.wakeup(signals::incrementAndGet));
        return ring;
    }

    private void lend(long slot) {
        rx.offer(buffers.address() + slot * FRAME_BYTES, FRAME_BYTES, slot);
    }

    /// One round of traffic; true when something moved.
    private boolean round() {
        tx.reap(cookies, lengths);
        while (tx.free() > 0 && sent - received < COUNT) {
            long slot = COUNT + sent % COUNT;
            buffers.memory().set(LONG, slot * FRAME_BYTES, sent);
            tx.offer(buffers.address() + slot * FRAME_BYTES, FRAME_BYTES, slot);
            sent++;
        }
        tx.publish();
        int n = rx.reap(cookies, lengths);
        for (int i = 0; i < n; i++) {
            long number = buffers.memory().get(LONG, cookies[i] * FRAME_BYTES);
            if (number != received || lengths[i] != FRAME_BYTES) {
                throw new IllegalStateException("frame %d of %d bytes: want %d of %d".formatted(number, lengths[i], received, FRAME_BYTES));
            }
            received++;
            lend(cookies[i]);
        }
        rx.publish();
        return n > 0;
    }

    private void call(int length) {
        MemorySegment data = MemorySegment.ofArray(new byte[length]);
        data.fill((byte) 7);
        if (channel.call(1, data) != length || data.get(ValueLayout.JAVA_BYTE, length - 1) != 8) {
            throw new IllegalStateException("call of %d bytes: a wrong answer".formatted(length));
        }
        calls++;
    }

    private void run(Thread end) {
        boolean said = false;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (end.isAlive()) {
            call(calls % 2 == 0 ? 8 : 4096);
            if (round()) {
                deadline = System.nanoTime() + PATIENCE.toNanos();
                if (!said) {
                    said = true;
                    System.out.println("going"); // why: the test waits for it
                }
            } else if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no frame for %s: sent %d, received %d".formatted(PATIENCE, sent, received));
            } else {
                LockSupport.parkNanos(20_000);
            }
        }
        while (received < sent && System.nanoTime() < deadline) {
            round();
        }
        if (received < sent) {
            throw new IllegalStateException("lost: sent %d, received %d".formatted(sent, received));
        }
    }

    public static void main(String... args) throws Exception {
        Thread end = Thread.ofPlatform().daemon().start(() -> {
            try {
                while (System.in.read() >= 0) { }
            } catch (IOException e) {
                // the end, too
            }
        });
        try (UnixGuest guest = new UnixGuest(Path.of(args[0]), new UnixGuest.Options(args[1], 2, 20))) {
            if (!guest.awaitAttached(PATIENCE)) {
                throw new IllegalStateException("the host is not there");
            }
            GuestProgram program = new GuestProgram(guest);
            program.run(end);
            System.out.printf("frames=%d calls=%d signals=%d%n", // why: the test reads it
                program.received, program.calls, program.signals.get());
        }
    }
}
