// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.shm.Fault;
import vbus.shm.linux.Epoll;

/// A worker that serves queues: it alone runs the work of the devices that are on it.
///
/// ```
///   mailbox (control plane)  ->  one pass over all sources, see Schedule  ->  nothing done?
///        ^                                                                        |
///        '---- kick, doorbell, time <- sleep (epoll) <- ask every queue to kick, <-'
///                                                       look once more <- spin
/// ```
/// A task from the mailbox runs between two passes: that is a burst boundary of every device on the lane. A closed lane stands at
/// a boundary for ever, so whoever has a task runs it at once.
///
/// Threads: `run` and `kick` from any; sources belong to the lane's thread.
final class Lane implements AutoCloseable {

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ConcurrentLinkedQueue<Task> mailbox = new ConcurrentLinkedQueue<>();
    private final Epoll epoll;
    private final IdlePolicy idle;
    private final long patienceNanos;
    private final Thread thread;
    private Schedule schedule = new Schedule(this::burst);
    private boolean alarm; // someone waits for time to pass, until alarmAt
    private long alarmAt;
    private volatile boolean kicked;
    private volatile boolean sleeping;
    private volatile boolean stopped;
    private volatile boolean ended;
    private volatile CountDownLatch overdue;

    /// Something to be run at a burst boundary, and what became of it.
    private static final class Task {
        private final Runnable code;
        private final CountDownLatch done = new CountDownLatch(1);
        private Throwable thrown;

        Task(Runnable code) {
            this.code = code;
        }

        void run() {
            try {
                code.run();
                Fault.surface();
            } catch (Throwable t) {
                thrown = t;
            }
            done.countDown();
        }
    }

    Lane(String name, IdlePolicy idle) throws IOException {
        this(name, idle, PATIENCE);
    }

    /// @param patience how long a task waits for a burst boundary
    Lane(String name, IdlePolicy idle, Duration patience) throws IOException {
        this.idle = idle;
        patienceNanos = patience.toNanos();
        epoll = new Epoll();
        thread = new Thread(this::serve, name);
        thread.setDaemon(true);
        thread.start();
    }

    /// Runs a task between two passes and waits for its end; on the lane's own thread at once.
    /// Errors: what the task throws; VbusException TIMED_OUT when the lane does not come to it: it will, should it ever go on.
    void run(Runnable code) {
        if (isCurrent()) {
            code.run();
            return;
        }
        CountDownLatch stuck = overdue;
        boolean isStuck = stuck != null && stuck.getCount() > 0;
        long nanos = isStuck ? patienceNanos / 64 : patienceNanos; // who waits for a stuck lane shall not wait for each session
        Task task = new Task(code);
        mailbox.add(task);
        kick();
        if (ended) {
            runAfterTheEnd();
        }
        if (!Patience.of(nanos, left -> task.done.await(left, TimeUnit.NANOSECONDS))) {
            overdue = task.done;
            throw new VbusException(Status.TIMED_OUT, "%s did not reach a burst boundary within %d ms"
                .formatted(thread.getName(), TimeUnit.NANOSECONDS.toMillis(nanos)));
        }
        switch (task.thrown) {
            case null -> { }
            case Error e -> throw e;
            case RuntimeException e -> throw e;
            case Throwable e -> throw new IllegalStateException(e); // thrown past the compiler
        }
    }

    /// True on the lane's own thread.
    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /// How long a task waits for a burst boundary.
    long patienceNanos() {
        return patienceNanos;
    }

    /// Has the lane look at its sources soon.
    void kick() {
        VarHandle.fullFence(); // what the caller wrote for the lane comes before the look at kicked, and is not missed with it
        if (!kicked) {
            kicked = true;
        }
        if (sleeping) { // the lane sets sleeping, then looks at kicked
            epoll.wake();
        }
    }

    /// Wakes the lane when `fd` is written.
    void watch(int fd) throws IOException {
        epoll.add(fd);
    }

    /// Forgets `fd`, which is still open; nothing when it is not known.
    void unwatch(int fd) {
        try {
            epoll.remove(fd);
        } catch (IOException e) {
            // its owner closed it too early, or the lane is closed: either way it wakes nobody
        }
    }

    /// Adds a source; on the lane's thread.
    void add(LaneSource source) {
        schedule = schedule.with(source);
    }

    /// Forgets the sources that ended; on the lane's thread.
    void prune() {
        schedule = schedule.pruned();
    }

    /// Looks at all sources once more in `nanos` at the latest, once; on the lane's thread.
    void within(long nanos) {
        long at = System.nanoTime() + Math.max(nanos, 0);
        if (!alarm || at - alarmAt < 0) {
            alarm = true;
            alarmAt = at;
        }
    }

    /// How long to sleep: -1 until somebody comes, 0 not at all.
    private int millisToSleep() {
        if (!alarm) {
            return -1;
        }
        long left = alarmAt - System.nanoTime();
        alarm = left > 0;
        return (int) Math.min(Integer.MAX_VALUE, (Math.max(left, 0) + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
    }

    private void serve() {
        try {
            while (!stopped) {
                try {
                    round();
                } catch (InternalError e) { // late: thrown where nothing of a guest is touched
                    fault(null, e);
                }
            }
        } finally {
            ended = true;
            runAfterTheEnd();
            epoll.close();
        }
    }

    private void round() {
        kicked = false; // before the look: a kick that comes after it is seen at the next
        VarHandle.fullFence();
        if (tasks() | schedule.pass()) {
            idle.busy();
        } else if (!idle.spin()) {
            sleep();
        }
    }

    private synchronized void runAfterTheEnd() {
        tasks();
    }

    private boolean tasks() {
        if (mailbox.isEmpty()) {
            return false;
        }
        Fault.surface(); // not in a task: it is somebody else's
        boolean any = false;
        for (Task task = mailbox.poll(); task != null; task = mailbox.poll()) {
            task.run();
            any = true;
            if (task.thrown instanceof InternalError e) {
                fault(null, e);
            }
        }
        return any;
    }

    private int burst(LaneSource source, int budget, boolean between) {
        try {
            int did = source.run(budget);
            if (did != 0 || !between) { // a look in vain that faults late has the next burst undone and done again
                Fault.surface(); // so that it is not the next source that is interrupted
            }
            return did;
        } catch (InternalError e) {
            fault(source, e);
            return 1;
        }
    }

    /// A guest shortened the file behind its memory: drops the burst of this moment, breaks the guilty, and goes on. Healthy
    /// guests find what they offered taken at the next pass.
    private void fault(LaneSource running, InternalError e) {
        Set<LaneGroup> devices = Collections.newSetFromMap(new IdentityHashMap<>());
        for (LaneSource source : schedule.sources()) {
            devices.add(source.group());
        }
        if (running != null) {
            devices.add(running.group());
        }
        devices.forEach(LaneGroup::rollback);
        boolean found = false;
        for (LaneGroup device : devices) {
            for (BusSession s : device.sessions()) {
                found |= s.breakage().whenGuilty();
            }
        }
        if (!found && Fault.isMemory(e)) {
            devices.forEach(d -> d.sessions().forEach(s -> s.breakage().suspect())); // it is there again, or its guest is gone
        } else if (!found && running != null) {
            running.failed(e); // a device model that throws such an error of its own
        }
    }

    private void sleep() {
        try {
            boolean watched = each(LaneSource::watch);
            sleeping = true;
            VarHandle.fullFence(); // kick sets kicked, then looks at sleeping
            boolean did = schedule.pass(); // what came before the kicks were on; a queue whose device can not go on keeps nobody awake
            if (watched && !did && !kicked && mailbox.isEmpty()) {
                epoll.await(millisToSleep());
            }
        } finally {
            sleeping = false;
        }
        each(LaneSource::unwatch);
        idle.busy();
    }

    /// False when one was interrupted.
    private boolean each(Consumer<LaneSource> what) {
        boolean whole = true;
        for (LaneSource source : schedule.sources()) {
            try {
                what.accept(source);
                Fault.surface(); // so that it is not the next one that is interrupted, and then not watched
            } catch (InternalError e) {
                whole = false;
                fault(source, e);
            }
        }
        return whole;
    }

    /// Ends the thread after the pass of this moment.
    @Override
    public void close() {
        stopped = true;
        kick();
    }
}
