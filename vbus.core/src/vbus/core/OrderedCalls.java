// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/// Calls to one listener, made in the order in which they were added, one at a time, by whoever drains: so they can be added
/// under a lock and made outside it.
final class OrderedCalls {

    private final ConcurrentLinkedQueue<Runnable> calls = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean draining = new AtomicBoolean();

    /// Has the calls that are added from now on wait for this thread's `drainBegun`.
    void begin() {
        draining.set(true);
    }

    void add(Runnable call) {
        calls.add(call);
    }

    /// Makes the calls that wait; returns at once when another thread is at it, which then makes them.
    void drain() {
        while (!calls.isEmpty() && draining.compareAndSet(false, true)) {
            drainBegun();
        }
    }

    /// Makes the calls that were added since `begin`.
    void drainBegun() {
        try {
            for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
                call.run();
            }
        } finally {
            draining.set(false);
        }
    }
}
