// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.concurrent.atomic.AtomicReference;
import vbus.api.Status;
import vbus.api.VbusException;

/// Where a session is, and why it broke.
///
/// ```
///   PARKED --resume--> OPEN --park--> PARKED ...      OPEN or PARKED --fail--> BROKEN      any --close--> CLOSED
/// ```
/// Threads: any, without a lock.
final class Standing {

    enum State { PARKED, OPEN, BROKEN, CLOSED }

    private record At(State state, String reason) {

        boolean isOver() {
            return state == State.BROKEN || state == State.CLOSED;
        }
    }

    private final AtomicReference<At> at = new AtomicReference<>(new At(State.PARKED, ""));

    State state() {
        return at.get().state;
    }

    /// Why it is broken, else empty.
    String reason() {
        return at.get().reason;
    }

    /// Broken or closed: no code of a device has it any more.
    boolean isOver() {
        return at.get().isOver();
    }

    /// True when it went from one state to another.
    boolean advance(State from, State to) {
        return at.getAndUpdate(a -> a.state == from ? new At(to, "") : a).state == from;
    }

    /// True when it broke now.
    boolean fail(String reason) {
        At broken = new At(State.BROKEN, reason);
        return !at.getAndUpdate(a -> a.isOver() ? a : broken).isOver();
    }

    void close() {
        at.set(new At(State.CLOSED, ""));
    }

    /// What whoever asks something of the session `label` is told when it is over.
    VbusException over(String label) {
        At a = at.get();
        return a.state == State.BROKEN ? new VbusException(Status.BROKEN, label + " is broken: " + a.reason)
            : new VbusException(Status.GONE, label + " is gone");
    }
}
