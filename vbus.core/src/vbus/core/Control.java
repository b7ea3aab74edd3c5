// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import vbus.api.view.Event;
import vbus.api.view.Journal;

/// The control plane's own threads: grace periods, and what neither a lane nor a guest may wait for.
///
/// A task may be held up by a device's code, so each has a thread while it runs and no task waits for another's end.
/// Threads: any. After `close` nothing runs any more, and who asks for it is not told.
final class Control implements AutoCloseable {

    private final Journal journal;
    private final ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("vbus clock").factory());
    private final ExecutorService workers =
        Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("vbus control ", 0).factory());

    Control(Journal journal) {
        this.journal = journal;
    }

    /// Runs a task soon.
    void execute(Runnable task) {
        try {
            workers.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            // closed
        }
    }

    /// Runs a task later; the result cancels it as long as it has not begun.
    Future<?> schedule(Runnable task, long millis) {
        try {
            return clock.schedule(() -> execute(task), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(null);
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            journal.record(Event.Kind.LOG, Thread.currentThread().getName(), "failed: " + e);
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        workers.shutdown();
    }
}
