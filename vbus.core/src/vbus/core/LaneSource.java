// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import vbus.api.Work;
import vbus.shm.Ring;

/// A queue that a lane serves with a piece of a device's work.
///
/// Whatever the work or the ring throws breaks its session and goes no further: a guest may have cut the memory under the ring.
/// Threads: the lane's, except `end`, which control tasks run on the lane too.
final class LaneSource {

    final int priority;
    private final LaneGroup group;
    private final BusSession session;
    private final Ring ring;
    private Work work;

    LaneSource(LaneGroup group, BusSession session, Ring ring, int priority, Work work) {
        this.group = group;
        this.session = session;
        this.ring = ring;
        this.priority = priority;
        this.work = work;
    }

    /// Runs the work once.
    int run(int budget) {
        if (work == null || !group.active()) {
            return 0;
        }
        try {
            int did = work.run(budget);
            if (did >= 0) {
                return did;
            }
            fail(ring.fault() == null ? "its work reported a broken ring" : ring.fault());
        } catch (Throwable t) {
            fail("its device model failed: " + t);
        }
        return 0;
    }

    /// Asks the guest to kick from now on; what it offered before is for one more look.
    void watch() {
        try {
            if (work != null && group.active()) {
                ring.watch();
            }
        } catch (Throwable t) {
            fail("its ring failed: " + t);
        }
    }

    void unwatch() {
        try {
            if (work != null) {
                ring.unwatch();
            }
        } catch (Throwable t) {
            fail("its ring failed: " + t);
        }
    }

    private void fail(String reason) {
        end();
        session.fail(reason);
    }

    boolean serves(BusSession other, Ring otherRing) {
        return session == other && (otherRing == null || ring == otherRing);
    }

    /// Lets go of the work: it is code of a device that may be about to leave.
    void end() {
        work = null;
    }

    boolean ended() {
        return work == null;
    }
}
