// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.function.Supplier;
import vbus.api.connector.Connector;
import vbus.api.view.Event;
import vbus.api.view.Journal;

/// A connector and the bus it wants to join.
///
/// Threads: `settle` from any, one at a time; the connector is called under this object's monitor and no other.
final class Attachment {

    private final Connector connector;
    private final String busName;
    private final String label;
    private final Journal journal;
    private DeviceBus bus;
    private boolean joined;

    Attachment(Connector connector, String busName, String label, Journal journal) {
        this.connector = connector;
        this.busName = busName;
        this.label = label;
        this.journal = journal;
    }

    /// Brings the connector to the bus where it shall be at the moment when it looks; null for none.
    synchronized void settle(Supplier<DeviceBus> wanted) {
        DeviceBus now = wanted.get();
        if (now == bus) {
            return; // also when it did not join: it is asked once
        }
        leave();
        bus = now;
        if (now != null) {
            join(now);
        }
    }

    private void join(DeviceBus to) {
        try {
            connector.join(to);
            joined = true;
        } catch (RuntimeException e) {
            journal.record(Event.Kind.REFUSED, label, "it did not join bus '%s': %s".formatted(busName, e.getMessage()));
        }
    }

    private void leave() {
        if (joined) {
            joined = false;
            try {
                connector.leave();
            } catch (RuntimeException e) {
                journal.record(Event.Kind.LOG, label, "leaving bus '%s' failed: %s".formatted(busName, e));
            }
        }
    }

    String busName() {
        return busName;
    }

    String label() {
        return label;
    }
}
