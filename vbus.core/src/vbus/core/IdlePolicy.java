// SPDX-License-Identifier: Apache-2.0
package vbus.core;

/// How long a lane that finds nothing looks again before it sleeps.
///
/// Spinning saves the cost of a wake-up to guests that answer at once; on a machine with few processors it takes the processor
/// from the very guest it waits for. Threads: the lane's.
final class IdlePolicy {

    /// About one wake-up of a guest on another processor.
    static final long SPIN_NANOS = 20_000;

    private final long spinNanos;
    private long since;

    /// @param spinNanos how long to look again, 0 to sleep at once
    IdlePolicy(long spinNanos) {
        this.spinNanos = spinNanos;
    }

    /// The lane did something.
    void busy() {
        since = 0;
    }

    /// The lane found nothing; true when it shall look again at once.
    boolean spin() {
        long now = System.nanoTime();
        if (since == 0) {
            since = now;
        }
        if (now - since >= spinNanos) {
            return false;
        }
        Thread.onSpinWait();
        return true;
    }
}
