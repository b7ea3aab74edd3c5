// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.shm.Ring;

/// The guest memory that a session knows, in the order of its registration.
///
/// Threads: changed under the session's lock, read by any.
final class Registrations {

    private final BusSession session;
    private final List<Registered> all = new CopyOnWriteArrayList<>();

    Registrations(BusSession session) {
        this.session = session;
    }

    /// Errors: VbusException EXISTS for an id that is there, INVALID for a kick descriptor that can not be watched.
    void add(Registered r) {
        if (all.stream().anyMatch(x -> x.id() == r.id())) {
            throw new VbusException(Status.EXISTS, "%s: shm %d is registered already".formatted(session.label(), r.id()));
        }
        r.watch(lane());
        all.add(r);
    }

    boolean contains(Registered r) {
        return all.contains(r);
    }

    /// Takes it out at a burst boundary of its own work. Errors: TIMED_OUT when the lane is stuck; to be tried again.
    void remove(Registered r) {
        r.unwatch(lane());
        if (r.ring() != null) {
            session.group().end(session, r.ring());
        }
        all.remove(r);
    }

    void clear() {
        all.forEach(r -> {
            r.unwatch(lane());
            r.gone();
        });
        all.clear();
    }

    List<Registered> all() {
        return all;
    }

    /// Priority that the guest gave to a ring.
    int priority(Ring ring) {
        return all.stream().filter(r -> r.ring() == ring).mapToInt(Registered::priority).findFirst().orElse(0);
    }

    /// Has its rings forget what they did since they last published; on the lane. Touches no guest's memory.
    void rollback() {
        for (Registered r : all) {
            if (r.ring() != null) {
                r.ring().rollback();
            }
        }
    }

    /// Has its rings touch the guest's memory no more; on the lane.
    void revoke(String reason) {
        for (Registered r : all) {
            if (r.ring() != null) {
                r.ring().revoke(reason);
            }
        }
    }

    /// What its rings count, by name.
    Map<String, Long> counters() {
        Map<String, Long> counters = new TreeMap<>();
        for (Registered r : all) {
            if (r.ring() != null) {
                counters.put("ring" + r.id() + ".notified", r.ring().notified());
                counters.put("ring" + r.id() + ".suppressed", r.ring().suppressed());
            }
        }
        return counters;
    }

    private Lane lane() {
        return session.group().lane();
    }
}
