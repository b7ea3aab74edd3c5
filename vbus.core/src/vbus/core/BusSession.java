// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import vbus.api.Connection;
import vbus.api.Session;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.Work;
import vbus.api.connector.SessionEvents;
import vbus.api.view.Event;
import vbus.api.view.Inventory.SessionView;
import vbus.shm.GuestMemory;
import vbus.shm.Ring;

/// What belongs to a guest on one interface: it outlives the device's code.
///
/// ```
///   PARKED --resume--> OPEN --park--> PARKED ...      OPEN or PARKED --fail--> BROKEN      any --close--> CLOSED
/// ```
/// A session begins PARKED, without a snapshot; so a guest that opens while code is being replaced waits like all others.
///
/// Threads: control verbs one at a time, by the lock; while PARKED they wait. `fail` may come from the lane, which takes no lock.
final class BusSession implements Session {

    enum State { PARKED, OPEN, BROKEN, CLOSED }

    final Offered offered;
    final Member member;
    private final int version;
    private final SessionEvents events;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private final List<Registered> registered = new ArrayList<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.PARKED);
    private volatile String reason = "";
    private volatile Connection connection;
    private byte[] snapshot;
    private long calls;

    BusSession(Offered offered, Member member, int version, SessionEvents events) {
        this.offered = offered;
        this.member = member;
        this.version = version;
        this.events = events;
    }

    // ---- the guest's verbs

    int call(int function, MemorySegment data) {
        return whenOpen(() -> {
            calls++;
            return connection.call(function, data);
        });
    }

    Registered register(Registered r) {
        return whenOpen(() -> {
            if (registered.stream().anyMatch(x -> x.id() == r.id())) {
                throw new VbusException(Status.EXISTS, "%s: shm %d is registered already".formatted(label(), r.id()));
            }
            r.watch(lane());
            try {
                connection.shm(r);
            } catch (RuntimeException e) {
                group().end(this, r.ring());
                r.unwatch(lane());
                throw e;
            }
            registered.add(r);
            kick();
            return r;
        });
    }

    void unregister(Registered r) {
        lock.lock();
        try {
            if (!registered.remove(r)) {
                return;
            }
            r.unwatch(lane());
            if (r.ring() != null) {
                group().end(this, r.ring());
            }
            if (connection != null) {
                connection.unshm(r);
            }
            group().boundary(); // another connection's work may have been using the ring
        } finally {
            lock.unlock();
        }
    }

    /// Ends the session; when this returns no lane uses the guest's memory for it.
    void close() {
        lock.lock();
        try {
            if (state.getAndSet(State.CLOSED) == State.CLOSED) {
                return;
            }
            group().end(this, null);
            closeConnection();
            group().boundary();
            registered.forEach(r -> r.unwatch(lane()));
            registered.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        offered.slot.forget(this);
    }

    private <T> T whenOpen(Supplier<T> verb) {
        lock.lock();
        try {
            long left = offered.slot.patience();
            while (state() == State.PARKED && !offered.withdrawn) {
                if (left <= 0) {
                    throw new VbusException(Status.TIMED_OUT, label() + ": no code of the device came back");
                }
                left = changed.awaitNanos(left);
            }
            if (state() == State.OPEN) {
                return verb.get();
            }
            throw state() == State.BROKEN ? new VbusException(Status.BROKEN, label() + " is broken: " + reason)
                : new VbusException(Status.GONE, label() + " is gone");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VbusException(Status.TIMED_OUT, label() + ": interrupted while the device's code was away");
        } finally {
            lock.unlock();
        }
    }

    // ---- the slot's verbs

    /// Waits until the session is open. Errors: what the device said, after the session was closed.
    void awaitOpen() {
        try {
            whenOpen(() -> null);
        } catch (VbusException e) {
            close();
            throw e;
        }
    }

    /// Gives the session to the device's present code. Errors: what the device throws; nothing is left of the attempt.
    void resume() {
        lock.lock();
        try {
            var opener = offered.opener();
            if (state() != State.PARKED || opener == null) {
                return;
            }
            connection = opener.open(this);
            for (Registered r : registered) {
                connection.shm(r);
            }
            snapshot = null;
            if (!state.compareAndSet(State.PARKED, State.OPEN)) {
                throw new VbusException(Status.BROKEN, reason);
            }
            changed.signalAll();
        } catch (RuntimeException e) {
            group().end(this, null);
            closeConnection();
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /// Takes the session from the device's code, which is about to go. The lane runs none of its work any more.
    void park() {
        try {
            if (!lock.tryLock(5, TimeUnit.SECONDS)) { // the code that is asked to go is stuck in a call
                fail("a call was still inside the device when its code was replaced");
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            if (state() == State.OPEN) {
                snapshot = connection.park();
                connection = null;
                state.compareAndSet(State.OPEN, State.PARKED);
            }
        } catch (RuntimeException e) {
            connection = null;
            fail("its device model could not be parked: " + e);
        } finally {
            lock.unlock();
        }
    }

    private void closeConnection() {
        Connection c = connection;
        connection = null;
        try {
            if (c != null) {
                c.close();
            }
        } catch (RuntimeException e) {
            member.bus().report(Event.Kind.LOG, label(), "close failed: " + e);
        }
    }

    /// Tells the guest's side that the session was taken away, after `close`.
    void revoked() {
        events.closed();
    }

    /// Wakes who waits for code that will not come.
    void withdraw() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- the device's verbs

    @Override
    public void serve(Ring ring, Work work) {
        group().serve(this, ring, 0, work);
    }

    @Override
    public void onLane(Runnable task) {
        lane().run(task);
    }

    @Override
    public void event(int kind, byte[] data) {
        events.event(kind, data.clone());
    }

    @Override
    public void configChanged() {
        events.configChanged();
    }

    @Override
    public void fail(String why) {
        State before = state.getAndUpdate(s -> s == State.CLOSED ? s : State.BROKEN);
        if (before == State.BROKEN || before == State.CLOSED) {
            return;
        }
        reason = why;
        group().end(this, null);
        member.bus().report(Event.Kind.BROKEN, label(), why);
        // the device's half ends outside the lane, which must not wait for the lock
        offered.slot.control().execute(() -> {
            lock.lock();
            try {
                closeConnection();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            events.broken(why);
        });
    }

    @Override
    public String guest() {
        return member.name();
    }

    @Override
    public String bus() {
        return member.bus().name();
    }

    @Override
    public int version() {
        return version;
    }

    @Override
    public byte[] snapshot() {
        return snapshot;
    }

    // ---- what it is

    GuestMemory memory() {
        return member.memory();
    }

    void kick() {
        lane().kick();
    }

    State state() {
        return state.get();
    }

    String label() {
        return offered.label() + " of " + member.name();
    }

    SessionView view() {
        Map<String, Long> counters = new TreeMap<>(Map.of("calls", calls));
        if (lock.tryLock()) {
            try {
                for (Registered r : registered) {
                    if (r.ring() != null) {
                        counters.put("ring" + r.id() + ".notified", r.ring().notified());
                    }
                }
            } finally {
                lock.unlock();
            }
        }
        return new SessionView(offered.offer.id(), offered.offer.device(), offered.offer.type(), state().name().toLowerCase(Locale.ROOT), reason,
            counters);
    }

    private Lane lane() {
        return offered.slot.lane();
    }

    private LaneGroup group() {
        return offered.slot.group();
    }
}
