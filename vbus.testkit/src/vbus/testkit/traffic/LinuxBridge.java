// SPDX-License-Identifier: Apache-2.0
package vbus.testkit.traffic;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import vbus.shm.linux.Tap;
import vbus.testkit.Await;
import vbus.testkit.Namespace;

/// Linux's own bridge, alone in a network namespace, with a TAP for each port: what is written to one comes out of others.
///
/// It neither snoops for multicast nor speaks of spanning trees, and Linux has no IPv6 there, so hardly anything is its own.
///
/// Ownership: `close` removes all. Threads: one.
public final class LinuxBridge implements AutoCloseable {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String BRIDGE = "br0";

    private final Deque<Runnable> all = new ArrayDeque<>();
    private final List<Tap> taps;
    private final MemorySegment buffer = Arena.ofAuto().allocate(Tap.MAX_BYTES, 64);

    /// A bridge whose ports forward.
    /// @param offloads for each port, whether it takes frames that are to be cut or summed
    public LinuxBridge(List<Boolean> offloads) throws Exception {
        final Namespace host = Namespace.create("bridge");
        all.push(host::close);
        try {
            host.run(SOON, "sh", "-c", "cd /proc/sys/net/ipv6/conf && echo 1 > all/disable_ipv6 && echo 1 > default/disable_ipv6");
            host.ip("link", "add", BRIDGE, "type", "bridge", "stp_state", "0", "mcast_snooping", "0", "forward_delay", "0");
            host.up(BRIDGE);
            taps = IntStream.range(0, offloads.size()).mapToObj(i -> port(host, "port" + i, offloads.get(i))).toList();
            Await.until("all ports forward", SOON,
                () -> host.run(SOON, "bridge", "link", "show").split("state forwarding", -1).length == taps.size() + 1);
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    private Tap port(Namespace host, String name, boolean offloads) {
        try {
            host.tap(name, 0);
            final Tap tap = host.in(() -> Tap.open(name, offloads));
            all.push(tap::close);
            host.ip("link", "set", "dev", name, "master", BRIDGE).up(name);
            return tap;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /// Has a frame with its header come in at a port. Errors: AssertionError when Linux refuses it.
    public void send(int port, byte[] frame) {
        MemorySegment.copy(frame, 0, buffer, ValueLayout.JAVA_BYTE, 0, frame.length);
        final int n = taps.get(port).write(buffer, frame.length);
        if (n != frame.length) {
            throw new AssertionError("port %d: written %d of %d bytes".formatted(port, n, frame.length));
        }
    }

    /// Frames with their headers that come out at a port by now.
    public void receive(int port, Consumer<byte[]> to) {
        for (int n = taps.get(port).read(buffer); n != Tap.AGAIN; n = taps.get(port).read(buffer)) {
            if (n < 0) {
                throw new AssertionError("port %d: read %d".formatted(port, n));
            }
            to.accept(buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Override
    public void close() {
        while (!all.isEmpty()) {
            all.pop().run();
        }
    }
}
