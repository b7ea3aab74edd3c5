// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits with a deadline. What does not come in time is an error with the stacks of all threads: it may be a deadlock.
final class Await {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private Await() { }

    static void that(String what, BooleanSupplier there) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!there.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 20 s: " + what + stacks());
            }
            LockSupport.parkNanos(50_000);
        }
    }

    /// A task on a thread of its own.
    static final class Begun<T> extends FutureTask<T> {
        private final Thread thread;

        Begun(Supplier<T> task) {
            super(task::get);
            thread = Thread.ofPlatform().daemon().name("begun by a test").unstarted(this);
        }

        /// Until it waits for something.
        void awaitBlocked() {
            that("it waits", () -> !isDone()
                && (thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING));
        }
    }

    /// Runs a task on a thread of its own; the test goes on.
    static <T> Begun<T> begun(Supplier<T> task) {
        Begun<T> begun = new Begun<>(task);
        begun.thread.start();
        return begun;
    }

    static Begun<Void> begun(Runnable task) {
        return begun(() -> {
            task.run();
            return null;
        });
    }

    /// What a task came to.
    static <T> T end(FutureTask<T> task) {
        try {
            return task.get(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException x -> throw x;
                case Error x -> throw x;
                default -> throw new AssertionError(e);
            }
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("a task did not end" + stacks(), e);
        }
    }

    static String stacks() {
        StringBuilder all = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            all.append("\n").append(thread.getName()).append(' ').append(thread.getState());
            for (StackTraceElement e : stack) {
                all.append("\n    ").append(e);
            }
        });
        return all.toString();
    }
}
