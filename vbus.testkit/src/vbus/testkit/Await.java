// SPDX-License-Identifier: Apache-2.0
package vbus.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits for what another thread or process does, with a deadline.
public final class Await {

    private static final long LOOK_NANOS = 1_000_000;

    private Await() { }

    /// Errors: AssertionError that says what did not become true.
    public static void until(String what, Duration deadline, BooleanSupplier condition) {
        value(what, deadline, () -> condition.getAsBoolean() ? true : null);
    }

    /// The first value that is not null. Errors: AssertionError that says what did not come.
    public static <T> T value(String what, Duration deadline, Supplier<T> source) {
        final long end = System.nanoTime() + deadline.toNanos();
        while (true) {
            final T value = source.get();
            if (value != null) {
                return value;
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within %d s: %s".formatted(deadline.toSeconds(), what));
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
