// SPDX-License-Identifier: Apache-2.0
package vbus.core;

/// Bounded waits that an interrupt does not cut short: half a park would lose a session. The interrupt is kept for the caller.
final class Patience {

    /// Waits for something, at most so long. The result is true when it happened.
    @FunctionalInterface
    interface Wait {
        boolean atMost(long nanos) throws InterruptedException;
    }

    private Patience() { }

    static boolean of(long nanos, Wait wait) {
        long end = System.nanoTime() + nanos;
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return wait.atMost(end - System.nanoTime());
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
