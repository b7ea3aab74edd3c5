// SPDX-License-Identifier: Apache-2.0
package vbus.testkit.traffic;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import vbus.shm.linux.Tap;
import vbus.testkit.Namespace;

/// Hosts whose network stacks talk through TAPs, which are joined by a plain copy loop that records each frame that a host sends.
///
/// ```
///   host 0 ── tap ──┐
///   host 1 ── tap ──┤ the copy loop: a group's frame to all others, any other frame to its one host
///   host 2 ── tap ──┤ (host 2 has no offloads: all it sends is plain)
///   host 3 ── tap ──┘
/// ```
/// The loop now and then loses a segmented packet, after it was recorded, so that TCP sends some again, and marks congestion.
///
/// Ownership: `close` removes the hosts. Threads: one; the copy loop has its own.
public final class TrafficRecorder implements AutoCloseable {

    /// Number of hosts.
    public static final int HOSTS = 4;

    /// The host whose TAP has no offloads.
    public static final int PLAIN_HOST = 2;

    static final String DEVICE = "tap0";
    private static final int LOST_OF = 40;
    private static final int READS = 16;
    private static final long LOOK_NANOS = 20_000;

    private final Deque<Runnable> all = new ArrayDeque<>();
    private final Namespace[] hosts = new Namespace[HOSTS];
    private final Tap[] taps = new Tap[HOSTS];
    private final List<Recording.Sent> frames = new ArrayList<>();
    private final MemorySegment buffer = Arena.ofAuto().allocate(Tap.MAX_BYTES, 64);
    private final Random losses;
    private final Thread loop = Thread.ofPlatform().daemon().name("copy loop").unstarted(this::carry);
    private volatile int count;
    private volatile boolean ended;
    private volatile Throwable failed;

    /// Makes the hosts with their addresses, and begins to record.
    public TrafficRecorder(long seed) throws Exception {
        losses = new Random(seed);
        try {
            for (int i = 0; i < HOSTS; i++) {
                host(i);
            }
        } catch (Exception | Error e) {
            close();
            throw e;
        }
        loop.start();
    }

    private void host(int i) throws Exception {
        final Namespace host = Namespace.create("host" + i);
        all.push(host::close);
        host.tap(DEVICE, 0);
        final Tap tap = host.in(() -> Tap.open(DEVICE, i != PLAIN_HOST));
        all.push(tap::close);
        tap.mac(new byte[] {2, 0, 0, 0, 9, (byte) (i + 1)});
        host.run(Traffic.SHORT, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/tcp_ecn; echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts");
        host.up(DEVICE, four(i) + "/24", six(i) + "/64");
        host.ip("route", "add", "239.0.0.0/8", "dev", DEVICE);
        hosts[i] = host;
        taps[i] = tap;
    }

    /// The address of a host's station, in the lower 48 bits.
    public static long mac(int host) {
        return 0x0200_0000_0901L + host;
    }

    static String four(int host) {
        return "10.9.0." + (host + 1);
    }

    static String six(int host) {
        return "fd09::" + (host + 1);
    }

    /// A host, to run programs in.
    Namespace at(int host) {
        return hosts[host];
    }

    /// Frames recorded so far.
    int count() {
        if (failed != null) {
            throw new AssertionError("the copy loop ended", failed);
        }
        return count;
    }

    private void carry() {
        try {
            while (!ended) {
                boolean any = false;
                for (int i = 0; i < HOSTS; i++) {
                    any |= carry(i);
                }
                if (!any) {
                    LockSupport.parkNanos(LOOK_NANOS);
                }
            }
        } catch (RuntimeException | Error e) {
            failed = e;
        }
    }

    private boolean carry(int from) {
        int reads = 0;
        for (int n = taps[from].read(buffer); n > 0 && reads < READS; n = taps[from].read(buffer)) {
            reads++;
            final byte[] bytes = buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
            frames.add(new Recording.Sent(from, bytes));
            count = frames.size();
            pass(from, new RecordedFrame(bytes), n);
        }
        return reads > 0;
    }

    private void pass(int from, RecordedFrame frame, int bytes) {
        if (frame.gso() != 0 && losses.nextInt(LOST_OF) == 0) {
            return;
        }
        final long to = frame.destination();
        for (int i = 0; i < HOSTS; i++) {
            if (i != from && ((to >>> 40 & 1) != 0 || to == mac(i))) {
                taps[i].write(buffer, bytes); // what a host can not take now is lost, as on a wire
            }
        }
    }

    /// Ends the recording.
    public Recording end() {
        count();
        join();
        return new Recording(List.copyOf(frames));
    }

    private void join() {
        ended = true;
        try {
            loop.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        join();
        while (!all.isEmpty()) {
            all.pop().run();
        }
    }
}
