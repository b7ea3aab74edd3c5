// SPDX-License-Identifier: Apache-2.0
package vbus.local;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits with a deadline.
final class Await {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private Await() { }

    static void that(String what, BooleanSupplier there) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!there.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 20 s: " + what);
            }
            LockSupport.parkNanos(50_000);
        }
    }
}
