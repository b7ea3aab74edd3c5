// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import vbus.api.view.Event;
import vbus.api.view.Journal;

/// Keeps the last events and counts them all. Strings only: an event must not hold a device's classes.
final class EventJournal implements Journal {

    private static final int KEPT = 4096;

    private final AtomicLongArray counts = new AtomicLongArray(Event.Kind.values().length);
    private final ArrayDeque<Event> events = new ArrayDeque<>(KEPT);
    private long number;

    @Override
    public void record(Event.Kind kind, String subject, String message) {
        counts.incrementAndGet(kind.ordinal());
        synchronized (events) {
            if (events.size() == KEPT) {
                events.removeFirst();
            }
            events.addLast(new Event(++number, Instant.now(), kind, subject, message));
        }
    }

    @Override
    public long count(Event.Kind kind) {
        return counts.get(kind.ordinal());
    }

    @Override
    public List<Event> last(int max) {
        synchronized (events) {
            List<Event> all = new ArrayList<>(events);
            return all.subList(all.size() - Math.clamp(max, 0, all.size()), all.size());
        }
    }
}
