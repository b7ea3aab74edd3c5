// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.core.sys.Epoll;

/// A worker that serves queues: it alone runs the work of the devices that are on it.
///
/// ```
///   mailbox (control plane)  ->  one pass: every source, higher priority first, within a budget  ->  nothing done?
///        ^                                                                                              |
///        '---- kick or doorbell <- sleep (epoll) <- ask every queue to kick, look once more <- spin ----'
/// ```
/// A task from the mailbox runs between two passes: that is a burst boundary of every device on the lane.
///
/// Threads: `run` and `kick` from any; sources belong to the lane's thread.
final class Lane implements AutoCloseable {

    private static final int BUDGET = 256;
    private static final long TASK_TIMEOUT_SECONDS = 10;

    private final ConcurrentLinkedQueue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
    private final Epoll epoll;
    private final IdlePolicy idle;
    private final Thread thread;
    private LaneSource[] sources = {};
    private volatile boolean kicked;
    private volatile boolean sleeping;
    private volatile boolean stopped;

    Lane(String name, IdlePolicy idle) throws IOException {
        this.idle = idle;
        epoll = new Epoll();
        thread = new Thread(this::serve, name);
        thread.setDaemon(true);
        thread.start();
    }

    /// Runs a task between two passes and waits for its end; on the lane's own thread at once.
    /// Errors: what the task throws; VbusException TIMED_OUT when the lane does not come to it.
    void run(Runnable task) {
        if (Thread.currentThread() == thread) {
            task.run();
            return;
        }
        var done = new CompletableFuture<Void>();
        mailbox.add(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (Throwable t) {
                done.completeExceptionally(t);
            }
        });
        kick();
        await(done);
    }

    private void await(CompletableFuture<Void> done) {
        try {
            done.get(TASK_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException r -> throw r;
                case Error r -> throw r;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (TimeoutException e) {
            throw new VbusException(Status.TIMED_OUT, "%s did not reach a burst boundary within %d s"
                .formatted(thread.getName(), TASK_TIMEOUT_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VbusException(Status.TIMED_OUT, "interrupted while waiting for " + thread.getName());
        }
    }

    /// Has the lane look at its sources soon.
    void kick() {
        if (!kicked) {
            kicked = true;
        }
        VarHandle.fullFence(); // the lane sets sleeping, then looks at kicked
        if (sleeping) {
            epoll.wake();
        }
    }

    /// Wakes the lane when `fd` is written.
    void watch(int fd) throws IOException {
        epoll.add(fd);
    }

    /// Forgets `fd`, which is still open.
    void unwatch(int fd) {
        try {
            epoll.remove(fd);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Adds a source; on the lane's thread.
    void add(LaneSource source) {
        sources = Arrays.copyOf(sources, sources.length + 1);
        sources[sources.length - 1] = source;
        Arrays.sort(sources, Comparator.comparingInt(s -> -s.priority));
    }

    /// Forgets the sources that ended; on the lane's thread.
    void prune() {
        sources = Arrays.stream(sources).filter(s -> !s.ended()).toArray(LaneSource[]::new);
    }

    private void serve() {
        while (!stopped) {
            kicked = false; // before the look: a kick that comes after it is seen at the next
            VarHandle.fullFence();
            int did = tasks() + pass();
            if (did > 0) {
                idle.busy();
            } else if (!idle.spin()) {
                sleep();
            }
        }
        epoll.close();
    }

    private int tasks() {
        int n = 0;
        for (Runnable task = mailbox.poll(); task != null; task = mailbox.poll()) {
            task.run();
            n++;
        }
        return n;
    }

    private int pass() {
        int did = 0;
        for (LaneSource source : sources) {
            did += source.run(BUDGET);
        }
        return did;
    }

    private void sleep() {
        boolean waiting = false;
        for (LaneSource source : sources) {
            waiting |= source.watch();
        }
        sleeping = true;
        VarHandle.fullFence(); // kick sets kicked, then looks at sleeping
        if (!waiting && !kicked && mailbox.isEmpty()) {
            epoll.await(-1);
        }
        sleeping = false;
        for (LaneSource source : sources) {
            source.unwatch();
        }
        idle.busy();
    }

    /// Ends the thread after the pass of this moment.
    @Override
    public void close() {
        stopped = true;
        kick();
    }
}
