// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicReference;
import vbus.api.Device;
import vbus.api.connector.Bus;
import vbus.api.connector.Connector;
import vbus.api.view.Journal;

/// A bus with one device in a plain Java program: what the components do with configurations, without a container.
///
/// Errors: IllegalStateException when the device refuses the link.
/// Ownership: the caller's, who closes it; guests that are still attached lose their sessions then.
/// Threads: its own lane and control threads, until it is closed.
public final class Standalone implements AutoCloseable {

    private static final long GRACE_MILLIS = 10_000;

    private final EventJournal journal = new EventJournal();
    private final Control control = new Control(journal);
    private final Lane lane;
    private final Backplane backplane;
    private final AtomicReference<Bus> joined = new AtomicReference<>();

    /// Makes the bus, and links the device to it.
    public Standalone(String bus, String name, Device device) {
        try {
            lane = new Lane("vbus lane of " + bus, new IdlePolicy(IdlePolicy.SPIN_NANOS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        backplane = new Backplane(lane, control, journal);
        backplane.addBus(bus);
        backplane.link(name, bus, name, GRACE_MILLIS);
        if (!backplane.up(name, name, device)) {
            close();
            throw new IllegalStateException("device %s did not come up: %s".formatted(name, journal.last(1)));
        }
        backplane.add(new Attachment(new Connector() {
            @Override
            public void join(Bus to) {
                joined.set(to);
            }

            @Override
            public void leave() { }
        }, bus, "standalone", journal));
    }

    /// The bus as a connector sees it: guests attach here.
    public Bus bus() {
        return joined.get();
    }

    /// What happened on it.
    public Journal journal() {
        return journal;
    }

    @Override
    public void close() {
        backplane.close();
        control.close();
        lane.close();
    }
}
