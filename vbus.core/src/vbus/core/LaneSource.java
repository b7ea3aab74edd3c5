// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import vbus.api.Work;
import vbus.shm.Fault;
import vbus.shm.Ring;

/// A queue that a lane serves with a piece of a device's work.
///
/// Whatever the work or the ring throws fails its owner and goes no further, but an InternalError: it may tell of any guest's
/// memory, so the lane looks for the guilty one, see [vbus.shm.Fault].
/// Threads: the lane's, except `end`, which control tasks run on the lane too.
final class LaneSource {

    final int priority;
    private final LaneGroup group;
    private final Owner owner;
    private final Ring ring;
    private Work work;

    LaneSource(LaneGroup group, Owner owner, Ring ring, int priority, Work work) {
        this.group = group;
        this.owner = owner;
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
        } catch (InternalError e) {
            throw e;
        } catch (Throwable t) {
            Fault.surface(); // it may have come of what was read from memory that is gone
            group.rollback();
            failed(t);
        }
        return 0;
    }

    /// Of its device.
    LaneGroup group() {
        return group;
    }

    /// Fails its owner for what its device's code threw.
    void failed(Throwable t) {
        fail("its device model failed: " + t);
    }

    /// Asks the guest to kick from now on; what it offered before is for one more look.
    void watch() {
        try {
            if (work != null && group.active()) {
                ring.watch();
            }
        } catch (InternalError e) {
            throw e;
        } catch (Throwable t) {
            fail("its ring failed: " + t);
        }
    }

    void unwatch() {
        try {
            if (work != null) {
                ring.unwatch();
            }
        } catch (InternalError e) {
            throw e;
        } catch (Throwable t) {
            fail("its ring failed: " + t);
        }
    }

    private void fail(String reason) {
        end();
        owner.fail(reason);
    }

    boolean serves(Owner other, Ring otherRing) {
        return owner == other && (otherRing == null || ring == otherRing);
    }

    /// Lets go of the work: it is code of a device that may be about to leave.
    void end() {
        work = null;
    }

    boolean ended() {
        return work == null;
    }
}
