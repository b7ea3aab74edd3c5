// SPDX-License-Identifier: Apache-2.0
package vbus.venet.tap;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import vbus.shm.linux.Tap;
import vbus.testkit.Namespace;

/// Hosts with TAPs for one test; all are gone when it ends.
final class Lab implements AutoCloseable {

    private final Deque<AutoCloseable> all = new ArrayDeque<>();

    /// Skips the test, and says why, where there can be no TAPs.
    Lab(String... programs) {
        final String missing = Namespace.missing(programs).orElse(null);
        assumeTrue(missing == null, missing);
    }

    Namespace host(String name) {
        final Namespace host = Namespace.create(name);
        all.push(host);
        return host;
    }

    /// Opens a TAP in a host's network.
    Tap open(Namespace host, String name, boolean offloads) throws Exception {
        final Tap tap = host.in(() -> Tap.open(name, offloads));
        all.push(tap);
        return tap;
    }

    /// Closes something with the lab, before what was there before.
    <T extends AutoCloseable> T keep(T closeable) {
        all.push(closeable);
        return closeable;
    }

    static MemorySegment buffer() {
        return Arena.ofAuto().allocate(Tap.MAX_BYTES, 64);
    }

    @Override
    public void close() {
        AssertionError failed = null;
        while (!all.isEmpty()) {
            try {
                all.pop().close();
            } catch (Exception | AssertionError e) { // the others are to go, too
                failed = failed == null ? new AssertionError(e) : failed;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
