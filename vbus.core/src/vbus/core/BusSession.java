// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import vbus.api.DeviceInterface.Opener;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.SessionEvents;
import vbus.api.view.Event;
import vbus.api.view.Inventory.SessionView;
import vbus.core.Standing.State;

/// What belongs to a guest on one interface: it outlives the device's code, whose part of it is a [DeviceHalf].
///
/// A session begins PARKED, without a snapshot; so a guest that opens while code is being replaced waits like all others.
///
/// Threads: control verbs one at a time, by the lock; while PARKED they wait. `fail` may come from the lane, which takes no lock.
/// The bus's own verbs wait for the lock as long as for a lane and no longer, for a device's code may be stuck with it.
final class BusSession implements Owner {

    final Offered offered;
    final Member member;
    final int version;
    private final SessionEvents events;
    private final CallGate gate = new CallGate();
    private final Standing standing = new Standing();
    private final Registrations registrations = new Registrations(this);
    private final DeviceHalf half = new DeviceHalf(this);
    private final Breakage breakage = new Breakage(this, standing, gate);
    private long calls; // guarded by the lock: those that took it; read for display
    private volatile boolean opened;
    private volatile VbusException refusal;
    private boolean released; // guarded by the lock

    BusSession(Offered offered, Member member, int version, SessionEvents events) {
        this.offered = offered;
        this.member = member;
        this.version = version;
        this.events = events;
    }

    // ---- the guest's verbs

    int call(int function, MemorySegment data) {
        final CallGate.Seat seat = gate.enter();
        if (seat == null) {
            return whenOpen(() -> {
                half.grant(gate);
                if (state() != State.OPEN) {
                    gate.revoke(); // it broke meanwhile, and who broke it may have been before the grant
                    throw standing.over(label());
                }
                calls++;
                return half.call(function, data);
            });
        }
        try {
            return seat.call(function, data);
        } catch (RuntimeException | Error e) {
            throw breakage.told(e);
        } finally {
            gate.leave(seat);
        }
    }

    Registered register(Registered r) {
        return whenOpen(() -> {
            registrations.add(r);
            boolean taken = false;
            try {
                half.shm(r);
                taken = true;
            } finally {
                if (!taken) {
                    registrations.remove(r);
                    r.gone();
                }
            }
            group().lane().kick(); // what the guest offered before is not announced again
            return r;
        });
    }

    void unregister(Registered r) {
        acquire();
        try {
            if (registrations.contains(r)) {
                registrations.remove(r);
                half.unshm(r);
                r.gone();
            }
            group().boundary(); // another connection's work may have been using the ring
        } finally {
            gate.unlock();
        }
    }

    /// Ends the session; when this returns no lane uses the guest's memory for it.
    /// Errors: TIMED_OUT when the lane or a call does not let go of it; to be tried again.
    void close() {
        standing.close();
        acquire();
        try {
            gate.announce();
            if (!released) {
                half.stop();
                group().boundary();
                registrations.clear();
                released = true;
            }
        } finally {
            gate.unlock();
        }
        offered.slot.sessions().forget(this);
    }

    private <T> T whenOpen(Supplier<T> verb) {
        try {
            gate.lock();
            try {
                awaitCode();
                return verb.get();
            } catch (RuntimeException | Error e) {
                throw breakage.told(e);
            } finally {
                gate.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VbusException(Status.TIMED_OUT, label() + ": interrupted while it waited for the device");
        }
    }

    private void awaitCode() throws InterruptedException {
        long left = offered.slot.patience();
        while (state() == State.PARKED && !offered.withdrawn) {
            if (left <= 0) {
                throw new VbusException(Status.TIMED_OUT, label() + ": no code of the device came back");
            }
            left = gate.await(left);
        }
        if (state() != State.OPEN) {
            throw standing.over(label());
        }
    }

    // ---- the slot's verbs

    /// Waits until the session is open. Errors: what the device said, or why it did not.
    void awaitOpen() {
        try {
            whenOpen(() -> null);
        } catch (VbusException e) {
            throw refusal == null ? e : refusal;
        }
    }

    /// Gives the session to the device's present code. Errors: what the device says; nothing is left of the attempt.
    /// @param code asked under the session's lock; null while there is none
    void resume(Supplier<Opener> code) {
        acquire();
        try {
            Opener opener = code.get();
            if (opener == null || state() != State.PARKED) {
                return;
            }
            half.open(opener, registrations.all());
            if (!standing.advance(State.PARKED, State.OPEN)) {
                throw standing.over(label());
            }
            gate.announce();
            if (!opened) {
                opened = true;
                report(Event.Kind.OPENED, "version " + version);
            }
        } catch (RuntimeException | Error e) {
            refusal = e instanceof VbusException v ? new VbusException(v.status(), v.getMessage())
                : new VbusException(Status.BROKEN, label() + ": its device model failed: " + e);
            half.stop();
            throw refusal;
        } finally {
            gate.unlock();
        }
    }

    /// Takes the session from the device's code, which is about to go. The lane runs none of its work any more.
    void park() {
        if (!tryAcquire()) { // the code that is asked to go is stuck in a call
            fail("a call was still inside the device when its code was replaced");
            return;
        }
        try {
            if (state() == State.OPEN) {
                half.park();
                standing.advance(State.OPEN, State.PARKED);
            } else {
                half.close(); // of a broken one, whose end was on its way
            }
        } catch (RuntimeException | Error e) {
            fail("its device model could not be parked: " + e);
            half.close();
        } finally {
            gate.unlock();
        }
    }

    /// Wakes who waits for code that will not come.
    void withdraw() {
        if (state() == State.PARKED && tryAcquire()) {
            gate.announce();
            gate.unlock();
        }
    }

    // ---- how it breaks

    /// Breaks the session, once. Does not block.
    @Override
    public void fail(String why) {
        breakage.fail(why);
    }

    /// Ends a broken session's half of the device. Errors: TIMED_OUT while the lane or a call is stuck with it.
    void stopBroken() {
        acquire();
        try {
            gate.announce();
            half.stop();
        } finally {
            gate.unlock();
        }
    }

    private void acquire() {
        if (!tryAcquire()) {
            throw new VbusException(Status.TIMED_OUT, label() + ": a request is still inside the device");
        }
    }

    private boolean tryAcquire() {
        return gate.tryLock(group().lane().patienceNanos());
    }

    // ---- what it is

    /// Tells the guest's side something. What goes wrong there is not the device's business.
    void tell(Consumer<SessionEvents> what) {
        try {
            what.accept(events);
        } catch (RuntimeException e) {
            report(Event.Kind.LOG, "its connector failed: " + e);
        }
    }

    void report(Event.Kind kind, String message) {
        member.bus().report(kind, label(), message);
    }

    State state() {
        return standing.state();
    }

    /// Broken or closed.
    boolean isOver() {
        return standing.isOver();
    }

    /// It was open at least once.
    boolean wasOpen() {
        return opened;
    }

    Registrations registrations() {
        return registrations;
    }

    Breakage breakage() {
        return breakage;
    }

    String label() {
        return offered.label() + " of " + member.name();
    }

    SessionView view() {
        Map<String, Long> counters = registrations.counters();
        counters.put("calls", calls + gate.calls());
        return new SessionView(offered.offer.id(), offered.offer.device(), offered.offer.type(),
            standing.state().name().toLowerCase(Locale.ROOT), standing.reason(), counters);
    }

    LaneGroup group() {
        return offered.slot.group();
    }
}
