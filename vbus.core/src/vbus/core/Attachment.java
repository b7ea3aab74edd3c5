// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import vbus.api.connector.Connector;
import vbus.api.view.Event;
import vbus.api.view.Journal;

/// A connector and the bus it wants to join. Threads: `join` and `leave` exclude each other.
final class Attachment {

    private final Connector connector;
    private final String busName;
    private final String label;
    private final Journal journal;
    private boolean joined;

    Attachment(Connector connector, String busName, String label, Journal journal) {
        this.connector = connector;
        this.busName = busName;
        this.label = label;
        this.journal = journal;
    }

    synchronized void join(DeviceBus bus) {
        try {
            connector.join(bus);
            joined = true;
        } catch (RuntimeException e) {
            journal.record(Event.Kind.REFUSED, label, "it did not join bus '%s': %s".formatted(busName, e.getMessage()));
        }
    }

    synchronized void leave() {
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
