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
    private final List<LaneSource> sources = new ArrayList<>();
    private boolean active;

    LaneGroup(Lane lane) {
        this.lane = lane;
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
            forgetEnded();
        });
    }

    /// Serves a ring, unless the lease has ended by the time the lane comes to it.
    void serve(Lease lease, Ring ring, int priority, Work work) {
        lane.run(() -> {
            if (lease.isLive()) {
                LaneSource source = new LaneSource(this, lease.session(), ring, priority, work);
                sources.add(source);
                lane.add(source);
            }
        });
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
