// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import vbus.api.VbusException;
import vbus.api.view.Event;
import vbus.core.Standing.State;

/// How a session breaks: once, counted, with its reason, and without blocking whoever noticed.
///
/// Threads: any, the lane's among them: the device's half ends elsewhere, for a lane must not wait for the session's lock.
final class Breakage {

    private static final String SHORTENED = "the file behind the guest's memory became shorter";

    private static final int SUSPECTED = 16;

    private final BusSession session;
    private final Standing standing;
    private final CallGate gate;
    private int suspected; // by the lane

    Breakage(BusSession session, Standing standing, CallGate gate) {
        this.session = session;
        this.standing = standing;
        this.gate = gate;
    }

    void fail(String reason) {
        if (session.isOver()) {
            return;
        }
        String why = isIntact() ? reason : SHORTENED; // what was read of it since is no reason
        if (standing.fail(why)) {
            broke(why);
        }
    }

    private void broke(String why) {
        gate.revoke(); // no call goes past the lock from here on
        if (session.group().lane().isCurrent()) {
            session.group().end(session, null);
        }
        session.report(Event.Kind.BROKEN, why);
        session.offered.slot.control().execute(() -> end(why));
    }

    /// After a fault, on the lane: breaks the session when it is its guest's, unless it is broken already, and takes its rings out
    /// of use, so that nobody touches that memory once more before the session has ended. True when it is the guilty guest's.
    boolean whenGuilty() {
        if (isIntact()) {
            return false;
        }
        shortened();
        return true;
    }

    /// After a fault for which nobody is guilty by now, on the lane: breaks the session when its guest's files changed each of the last
    /// times. Who shortens and lengthens his again and again costs the others time.
    void suspect() {
        suspected = session.member.memory().hasChanged() ? suspected + 1 : 0;
        if (suspected >= SUSPECTED) {
            shortened();
        }
    }

    private void shortened() {
        if (standing.fail(SHORTENED)) {
            broke(SHORTENED);
        }
        session.registrations().revoke(SHORTENED);
    }

    private boolean isIntact() {
        return session.member.memory().isIntact();
    }

    /// What the guest is told of what its device threw: a refusal as it is, anything else breaks the session.
    VbusException told(Throwable e) {
        if (e instanceof VbusException v) {
            return v;
        }
        fail("its device model failed: " + e);
        return standing.over(session.label());
    }

    private void end(String why) {
        try {
            session.stopBroken();
        } catch (VbusException e) { // the lane or a call is stuck: the guest has to know all the same
            session.report(Event.Kind.LOG, "its end waits: " + e.getMessage());
        }
        if (standing.state() == State.BROKEN) {
            session.tell(e -> e.broken(why));
        }
    }
}
