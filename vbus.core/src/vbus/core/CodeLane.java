// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.io.IOException;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import vbus.api.DeviceLane;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.Work;
import vbus.api.view.Journal;
import vbus.shm.Ring;

/// The lane as one version of a device's code has it: it ends when that code is let go, whoever still holds it.
///
/// Threads: any.
final class CodeLane implements DeviceLane {

    private final LaneGroup group;
    private final String device;
    private final Journal journal;
    private final Set<Integer> watched = new HashSet<>(); // guarded by itself
    private volatile boolean ended;

    CodeLane(LaneGroup group, String device, Journal journal) {
        this.group = group;
        this.device = device;
        this.journal = journal;
    }

    /// No queue is added any more, and no descriptor of this code wakes the lane. The queues end with those of the sessions.
    void end() {
        ended = true;
        synchronized (watched) {
            watched.forEach(group.lane()::unwatch);
            watched.clear();
        }
    }

    @Override
    public Queue serve(Ring ring, int priority, Work work) {
        if (priority < 0 || priority > 7) {
            throw new VbusException(Status.INVALID, "priority %d: want 0..7".formatted(priority));
        }
        OwnQueue queue = queue(ring);
        begin(queue, queue.source(priority, Objects.requireNonNull(work)));
        return queue;
    }

    @Override
    public Queue use(Ring ring) {
        OwnQueue queue = queue(ring);
        begin(queue, null);
        return queue;
    }

    private OwnQueue queue(Ring ring) {
        return new OwnQueue(group, device, journal, Objects.requireNonNull(ring));
    }

    private void begin(OwnQueue queue, LaneSource source) {
        group.lane().run(() -> {
            check(); // here: what ends all queues is a task, too, and comes later
            group.add(queue, source);
        });
        group.lane().kick(); // what is there already is not announced again
    }

    private void check() {
        if (ended) {
            throw new VbusException(Status.GONE, device + " is not this code's any more: nothing is served");
        }
    }

    @Override
    public void watch(int fd) {
        synchronized (watched) {
            check();
            try {
                group.lane().watch(fd);
            } catch (IOException e) {
                throw new VbusException(Status.INVALID, "%s: descriptor %d can not be watched, want one that can be polled, once: %s"
                    .formatted(device, fd, e.getMessage()));
            }
            watched.add(fd);
        }
    }

    @Override
    public void unwatch(int fd) {
        synchronized (watched) {
            if (watched.remove(fd)) {
                group.lane().unwatch(fd);
            }
        }
    }

    @Override
    public void within(long nanos) {
        Lane lane = group.lane();
        if (lane.isCurrent()) {
            lane.within(nanos); // may be said for each burst: nothing is allocated for it
        } else {
            lane.run(() -> lane.within(nanos));
        }
    }

    @Override
    public void onLane(Runnable task) {
        group.lane().run(task);
    }
}
