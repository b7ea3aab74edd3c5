// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import vbus.api.DeviceLane;
import vbus.api.VbusException;
import vbus.api.Work;
import vbus.api.view.Event;
import vbus.api.view.Journal;
import vbus.shm.Ring;

/// A queue of a device's own, on its lane until it is closed, fails, or its code goes.
///
/// Threads: `close` any, the others the lane's.
final class OwnQueue implements DeviceLane.Queue, Owner {

    private final LaneGroup group;
    private final String device;
    private final Journal journal;
    private Ring ring; // a device's object: let go of when it ends

    OwnQueue(LaneGroup group, String device, Journal journal, Ring ring) {
        this.group = group;
        this.device = device;
        this.journal = journal;
        this.ring = ring;
    }

    /// What the lane runs for it.
    LaneSource source(int priority, Work work) {
        return new LaneSource(group, this, ring, priority, work);
    }

    /// Has its ring forget what it did since it last published.
    void rollback() {
        try {
            if (ring != null) {
                ring.rollback();
            }
        } catch (RuntimeException | Error e) {
            fail("its ring failed: " + e);
        }
    }

    @Override
    public void fail(String reason) {
        group.end(this);
        journal.record(Event.Kind.LOG, device, "a queue of its own ended: " + reason);
    }

    /// It is the lane's no more.
    void ended() {
        ring = null;
    }

    /// Errors: VbusException TIMED_OUT when the lane does not come to a burst boundary.
    @Override
    public void close() throws VbusException {
        group.end(this);
    }
}
