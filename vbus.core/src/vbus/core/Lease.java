// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import vbus.api.Session;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.Work;
import vbus.shm.GuestMemory;
import vbus.shm.Ring;

/// A session as one version of a device's code has it: it ends when that code lets go, whoever still holds it.
///
/// Threads: any; nothing here takes the session's lock.
final class Lease implements Session {

    private final BusSession session;
    private final byte[] snapshot;
    private volatile boolean ended;

    Lease(BusSession session, byte[] snapshot) {
        this.session = session;
        this.snapshot = snapshot;
    }

    /// No work begins any more, and nothing that the code says reaches the guest.
    void end() {
        ended = true;
    }

    boolean isLive() {
        return !ended && !session.isOver();
    }

    BusSession session() {
        return session;
    }

    @Override
    public void serve(Ring ring, Work work) {
        if (!isLive()) {
            throw new VbusException(Status.GONE, session.label() + " is not this code's any more: nothing is served");
        }
        session.group().serve(this, ring, session.registrations().priority(ring), work);
    }

    @Override
    public void onLane(Runnable task) {
        session.group().lane().run(task);
    }

    @Override
    public void event(int kind, byte[] data) {
        if (isLive()) {
            byte[] copy = data.clone();
            session.tell(events -> events.event(kind, copy));
        }
    }

    @Override
    public void configChanged() {
        if (isLive()) {
            session.tell(events -> events.configChanged());
        }
    }

    @Override
    public void fail(String reason) {
        if (isLive()) {
            session.fail(reason);
        }
    }

    @Override
    public String guest() {
        return session.member.name();
    }

    @Override
    public String bus() {
        return session.member.bus().name();
    }

    @Override
    public int version() {
        return session.version;
    }

    @Override
    public GuestMemory memory() {
        return session.member.memory();
    }

    @Override
    public byte[] snapshot() {
        return snapshot == null ? null : snapshot.clone();
    }
}
