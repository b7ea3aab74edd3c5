// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Names of the guests of one socket: each is there once.
///
/// A process that was killed and started again may come before the host has cleaned up after it, so `take` waits a little.
/// Threads: any.
final class Names {

    private final Set<String> taken = new HashSet<>();

    /// Takes a name; false when it is still taken after `patienceMillis`.
    synchronized boolean take(String name, int patienceMillis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        while (!taken.add(name)) {
            long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (millis <= 0) {
                return false;
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    synchronized void giveBack(String name) {
        taken.remove(name);
        notifyAll();
    }
}
