// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.ArrayList;
import java.util.List;
import vbus.api.Work;
import vbus.shm.Ring;

/// The sources of one device on its lane: they start and stop together, so that an update never runs half a switch.
///
/// Threads: every change is a task on the lane.
final class LaneGroup {

    private final Lane lane;
    private final Sessions sessions;
    private final List<LaneSource> sources = new ArrayList<>();
    private final List<OwnQueue> own = new ArrayList<>();
    private boolean active;

    /// @param sessions of the device
    LaneGroup(Lane lane, Sessions sessions) {
        this.lane = lane;
        this.sessions = sessions;
    }

    Sessions sessions() {
        return sessions;
    }

    boolean active() {
        return active;
    }

    /// Lets the lane run the sources.
    void activate() {
        lane.run(() -> active = true);
    }

    /// Stops all sources and lets go of their work, at a burst boundary.
    void deactivate() {
        lane.run(() -> {
            active = false;
            sources.forEach(LaneSource::end);
            own.forEach(OwnQueue::ended);
            own.clear();
            forgetEnded();
        });
    }

    /// Serves a ring, unless the lease has ended by the time the lane comes to it.
    void serve(Lease lease, Ring ring, int priority, Work work) {
        lane.run(() -> {
            if (lease.isLive()) {
                add(new LaneSource(this, lease.session(), ring, priority, work));
            }
        });
    }

    private void add(LaneSource source) {
        sources.add(source);
        lane.add(source);
    }

    /// Adds a queue of the device's own; on the lane.
    /// @param source what runs for it; null for nothing
    void add(OwnQueue queue, LaneSource source) {
        own.add(queue);
        if (source != null) {
            add(source);
        }
    }

    /// Ends a queue of the device's own.
    void end(OwnQueue queue) {
        lane.run(() -> {
            own.remove(queue);
            queue.ended();
            sources.stream().filter(s -> s.serves(queue, null)).forEach(LaneSource::end);
            forgetEnded();
        });
    }

    /// Has every ring of the device forget what it did since it last published; on the lane. Touches no guest's memory.
    void rollback() {
        sessions.forEach(s -> s.registrations().rollback());
        List.copyOf(own).forEach(OwnQueue::rollback);
    }

    /// Ends a session's sources; all of them, or those of one ring.
    void end(BusSession session, Ring ring) {
        lane.run(() -> {
            sources.stream().filter(s -> s.serves(session, ring)).forEach(LaneSource::end);
            forgetEnded();
        });
    }

    private void forgetEnded() {
        sources.removeIf(LaneSource::ended);
        lane.prune();
    }

    /// Returns at a burst boundary.
    void boundary() {
        lane.run(() -> { });
    }

    Lane lane() {
        return lane;
    }
}
