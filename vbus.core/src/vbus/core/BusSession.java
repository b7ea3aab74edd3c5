// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import vbus.api.DeviceInterface.Opener;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.SessionEvents;
import vbus.api.view.Event;
import vbus.api.view.Inventory.SessionView;
import vbus.core.Standing.State;
import vbus.shm.Ring;

/// What belongs to a guest on one interface: it outlives the device's code, whose part of it is a [DeviceHalf].
///
/// A session begins PARKED, without a snapshot; so a guest that opens while code is being replaced waits like all others.
///
/// Threads: control verbs one at a time, by the lock; while PARKED they wait. `fail` may come from the lane, which takes no lock.
/// The bus's own verbs wait for the lock as long as for a lane and no longer, for a device's code may be stuck with it.
final class BusSession {

    final Offered offered;
    final Member member;
    final int version;
    private final SessionEvents events;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private final Standing standing = new Standing();
    private final Registrations registrations = new Registrations(this);
    private final DeviceHalf half = new DeviceHalf(this);
    private final LongAdder calls = new LongAdder();
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
        return whenOpen(() -> {
            calls.increment();
            return half.call(function, data);
        });
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
            }
            group().boundary(); // another connection's work may have been using the ring
        } finally {
            lock.unlock();
        }
    }

    /// Ends the session; when this returns no lane uses the guest's memory for it.
    /// Errors: TIMED_OUT when the lane or a call does not let go of it; to be tried again.
    void close() {
        standing.close();
        acquire();
        try {
            changed.signalAll();
            if (!released) {
                half.stop();
                group().boundary();
                registrations.clear();
                released = true;
            }
        } finally {
            lock.unlock();
        }
        offered.slot.sessions().forget(this);
    }

    private <T> T whenOpen(Supplier<T> verb) {
        try {
            lock.lockInterruptibly();
            try {
                awaitCode();
                return verb.get();
            } catch (VbusException e) {
                throw e;
            } catch (RuntimeException | Error e) {
                fail("its device model failed: " + e);
                throw standing.over(label());
            } finally {
                lock.unlock();
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
            left = changed.awaitNanos(left);
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
            changed.signalAll();
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
            lock.unlock();
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
            lock.unlock();
        }
    }

    /// Wakes who waits for code that will not come.
    void withdraw() {
        if (state() == State.PARKED && tryAcquire()) {
            changed.signalAll();
            lock.unlock();
        }
    }

    // ---- how it breaks

    /// Breaks the session, once. Does not block: the device's half ends elsewhere, for a lane must not wait for the lock.
    void fail(String why) {
        if (!standing.fail(why)) {
            return;
        }
        if (group().lane().isCurrent()) {
            group().end(this, null);
        }
        report(Event.Kind.BROKEN, why);
        offered.slot.control().execute(() -> endBroken(why));
    }

    private void endBroken(String why) {
        try {
            acquire();
            try {
                changed.signalAll();
                half.stop();
            } finally {
                lock.unlock();
            }
        } catch (VbusException e) { // the lane or a call is stuck: the guest has to know all the same
            report(Event.Kind.LOG, "its end waits: " + e.getMessage());
        }
        if (state() == State.BROKEN) {
            tell(e -> e.broken(why));
        }
    }

    private boolean tryAcquire() {
        return Patience.of(group().lane().patienceNanos(), left -> lock.tryLock(left, TimeUnit.NANOSECONDS));
    }

    private void acquire() {
        if (!tryAcquire()) {
            throw new VbusException(Status.TIMED_OUT, label() + ": a request is still inside the device");
        }
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

    int priority(Ring ring) {
        return registrations.priority(ring);
    }

    String label() {
        return offered.label() + " of " + member.name();
    }

    SessionView view() {
        Map<String, Long> counters = registrations.counters();
        counters.put("calls", calls.sum());
        return new SessionView(offered.offer.id(), offered.offer.device(), offered.offer.type(),
            standing.state().name().toLowerCase(Locale.ROOT), standing.reason(), counters);
    }

    LaneGroup group() {
        return offered.slot.group();
    }
}
