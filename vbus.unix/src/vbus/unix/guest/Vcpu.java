// SPDX-License-Identifier: Apache-2.0
package vbus.unix.guest;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import vbus.shm.linux.Epoll;
import vbus.shm.linux.Eventfd;

/// The guest's own thread: runs tasks in order, and the events of its queue between them.
///
/// Threads: `execute` any; the receiver is set by tasks.
final class Vcpu implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("vbus.unix.guest");
    private static final long JOIN_MILLIS = TimeUnit.SECONDS.toMillis(5);

    private final String name;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Epoll epoll = new Epoll();
    private final Eventfd wake = Eventfd.create();
    private final long spinNanos;
    private final Thread thread;
    private EventReceiver receiver; // the thread's
    private volatile boolean sleeping;
    private volatile boolean stopped;

    Vcpu(String name, long spinNanos) throws IOException {
        this.name = name;
        this.spinNanos = spinNanos;
        epoll.add(wake.fd());
        thread = Thread.ofPlatform().daemon().name("vbus guest " + name).start(this::run);
    }

    /// Runs a task soon. After `close` nothing runs any more.
    void execute(Runnable task) {
        if (stopped) {
            return;
        }
        tasks.add(task);
        VarHandle.fullFence(); // the thread sets sleeping, then looks at the tasks
        if (sleeping) {
            epoll.wake();
        }
    }

    /// What the host rings when there are events.
    int wakeFd() {
        return wake.fd();
    }

    /// Has events come from another queue, null for none; on the thread.
    void receiver(EventReceiver next) {
        receiver = next;
    }

    private void run() {
        long idleSince = System.nanoTime();
        while (!stopped) {
            boolean did = false;
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                guarded(task);
                did = true;
            }
            if (receiver != null) {
                guarded(receiver::run);
            }
            if (did) {
                idleSince = System.nanoTime();
            } else if (System.nanoTime() - idleSince < spinNanos) {
                Thread.onSpinWait();
            } else {
                sleep();
                idleSince = System.nanoTime();
            }
        }
    }

    private void sleep() {
        sleeping = true;
        VarHandle.fullFence(); // execute adds a task, then looks at sleeping
        if (tasks.isEmpty() && !stopped) {
            epoll.await(-1);
        }
        sleeping = false;
    }

    /// A driver that fails must not take the thread along.
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "a task of guest %s failed: %s".formatted(name, e), e);
        }
    }

    /// Ends the thread after the task of this moment.
    @Override
    public void close() {
        stopped = true;
        epoll.wake();
        boolean ended = Thread.currentThread() == thread;
        try {
            ended = ended || thread.join(java.time.Duration.ofMillis(JOIN_MILLIS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (ended) { // else a task is stuck: its descriptors stay with it
            epoll.close();
            wake.close();
        }
    }
}
