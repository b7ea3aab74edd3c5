// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import vbus.api.DeviceInterface.Opener;
import vbus.api.VbusException;
import vbus.api.connector.SessionEvents;
import vbus.api.view.Event;
import vbus.api.view.Journal;
import vbus.core.Standing.State;

/// The sessions of one device.
///
/// Threads: any; those of the guests come and go at any moment, also while the slot goes through them.
final class Sessions implements Iterable<BusSession> {

    private final Journal journal;
    private final Runnable empty;
    private final List<BusSession> all = new CopyOnWriteArrayList<>();

    /// @param empty told when the last one went, by whoever ended it: does not block
    Sessions(Journal journal, Runnable empty) {
        this.journal = journal;
        this.empty = empty;
    }

    /// Opens a new one; waits for code when it is away. Errors: what the device says.
    void open(BusSession session) {
        all.add(session);
        try {
            session.resume(session.offered::opener); // without code it stays parked, and is resumed with all others
            session.awaitOpen();
        } catch (VbusException e) {
            end(session);
            throw e;
        }
    }

    /// Has code take one over, or breaks it.
    void resume(BusSession session, Supplier<Opener> code) {
        try {
            session.resume(code);
        } catch (VbusException e) {
            if (session.wasOpen()) {
                session.fail("the device's new code did not take it over: " + e.getMessage());
            } else {
                end(session); // whoever waits in `open` is told
            }
        }
    }

    /// Takes one from its guest.
    void revoke(BusSession session) {
        boolean told = session.state() == State.CLOSED; // by its guest, or in vain before
        try {
            session.close();
            if (session.wasOpen() && !told) {
                session.tell(SessionEvents::closed);
            }
        } catch (VbusException e) { // the guest's memory may be in use: so it stays the guest's
            journal.record(Event.Kind.LOG, session.label(), "it can not be taken away: " + e.getMessage());
        }
    }

    private void end(BusSession session) {
        try {
            session.close();
        } catch (VbusException e) {
            journal.record(Event.Kind.LOG, session.label(), "it can not be closed: " + e.getMessage());
        }
        forget(session); // also one that was closed before it was known here
    }

    /// Forgets one that ended.
    void forget(BusSession session) {
        session.member.sessions().remove(session);
        if (all.remove(session) && session.wasOpen()) {
            journal.record(Event.Kind.CLOSED, session.label(), "");
        }
        if (all.isEmpty()) {
            empty.run();
        }
    }

    /// Those on one interface.
    List<BusSession> on(Offered offered) {
        return all.stream().filter(s -> s.offered == offered).toList();
    }

    List<BusSession> parked() {
        return all.stream().filter(s -> s.state() == State.PARKED).toList();
    }

    List<BusSession> now() {
        return List.copyOf(all);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    @Override
    public Iterator<BusSession> iterator() {
        return all.iterator();
    }
}
