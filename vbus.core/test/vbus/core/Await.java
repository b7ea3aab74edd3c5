// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
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

    /// Runs a task on a thread of its own; the test goes on.
    static <T> FutureTask<T> begun(Supplier<T> task) {
        FutureTask<T> begun = new FutureTask<>(task::get);
        Thread.ofPlatform().daemon().name("test of " + Thread.currentThread().getName()).start(begun);
        return begun;
    }

    static FutureTask<Void> begun(Runnable task) {
        return begun(() -> {
            task.run();
            return null;
        });
    }

    /// What a task came to.
    static <T> T end(FutureTask<T> task) {
        try {
            return task.get(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException x -> throw x;
                case Error x -> throw x;
                default -> throw new AssertionError(e);
            }
        } catch (java.util.concurrent.TimeoutException | InterruptedException e) {
            throw new AssertionError("a task did not end" + stacks(), e);
        }
    }

    /// Until a thread of the name waits for something. True when there is one.
    static void blocked(FutureTask<?> task, String name) {
        that("thread '" + name + "' waits", () -> !task.isDone() && Thread.getAllStackTraces().keySet().stream()
            .filter(t -> t.getName().equals(name))
            .anyMatch(t -> t.getState() == Thread.State.WAITING || t.getState() == Thread.State.TIMED_WAITING));
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
