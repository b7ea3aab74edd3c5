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

    private final BusSession session;
    private final Standing standing;

    Breakage(BusSession session, Standing standing) {
        this.session = session;
        this.standing = standing;
    }

    void fail(String reason) {
        if (session.isOver()) {
            return;
        }
        String why = isIntact() ? reason : SHORTENED; // what was read of it since is no reason
        if (!standing.fail(why)) {
            return;
        }
        if (session.group().lane().isCurrent()) {
            session.group().end(session, null);
        }
        session.report(Event.Kind.BROKEN, why);
        session.offered.slot.control().execute(() -> end(why));
    }

    /// Breaks the session when its guest shortened the file behind its memory; true when it did. Asks the system.
    boolean whenShortened() {
        if (isIntact()) {
            return false;
        }
        fail(SHORTENED);
        return true;
    }

    /// After a fault, on the lane: breaks the session when it is its guest's, unless it is broken already, and takes its rings out
    /// of use, so that nobody touches that memory once more before the session has ended. True when it is the guilty guest's.
    /// @param evenBack also when all of the memory is there again
    boolean whenGuilty(boolean evenBack) {
        if (isIntact() && !(evenBack && session.member.memory().isSuspect())) {
            return false;
        }
        fail(SHORTENED);
        session.registrations().revoke(SHORTENED);
        return true;
    }

    private boolean isIntact() {
        return session.member.memory().isIntact();
    }

    /// What the guest is told of what its device threw: a refusal as it is, anything else breaks the session.
    VbusException told(Throwable e) {
        if (e instanceof VbusException v) {
            return v;
        }
        if (!whenShortened()) {
            fail("its device model failed: " + e);
        }
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
