// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import vbus.api.VbusException;
import vbus.api.view.Event;
import vbus.core.Standing.State;

/// How a session breaks: once, counted, with its reason, and without blocking whoever noticed.
///
/// Threads: any, the lane's among them: the device's half ends elsewhere, for a lane must not wait for the session's lock.
final class Breakage {

    private final BusSession session;
    private final Standing standing;

    Breakage(BusSession session, Standing standing) {
        this.session = session;
        this.standing = standing;
    }

    void fail(String why) {
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
        if (session.member.memory().isIntact()) {
            return false;
        }
        fail("the file behind the guest's memory became shorter");
        return true;
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
