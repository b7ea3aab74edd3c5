// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import vbus.api.connector.Bus;
import vbus.api.connector.Connector;
import vbus.api.view.Event;

/// The bus without a container: a real lane, real threads, a journal. Its end tells whether anything was left.
final class Bench implements AutoCloseable {

    static final long LONG = 60_000;

    final EventJournal journal = new EventJournal();
    final Control control = new Control(journal);
    final Lane lane;
    final Backplane backplane;
    private final String laneName;

    Bench() {
        this(Duration.ofSeconds(10));
    }

    /// @param patience of the lane and of the locks
    Bench(Duration patience) {
        laneName = "lane of bench " + System.identityHashCode(this);
        try {
            lane = new Lane(laneName, new IdlePolicy(0), patience);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        backplane = new Backplane(lane, control, journal);
    }

    /// Has the device `dev` on the bus `lab`.
    static Bench linked(long graceMillis) {
        return new Bench().linkedToLab(graceMillis);
    }

    Bench linkedToLab(long graceMillis) {
        backplane.addBus("lab");
        backplane.link("dev", "lab", "dev", graceMillis);
        return this;
    }

    boolean up(TestDevice device) {
        return backplane.up("dev", "test", device);
    }

    void park() {
        backplane.down("dev", false);
    }

    /// The bus of a name, as a connector gets it.
    Bus bus(String name) {
        AtomicReference<Bus> joined = new AtomicReference<>();
        backplane.add(new Attachment(new Connector() {
            @Override
            public void join(Bus bus) {
                joined.set(bus);
            }

            @Override
            public void leave() { }
        }, name, "bench", journal));
        return joined.get();
    }

    TestGuest guest(String name) {
        return new TestGuest(bus("lab"), name);
    }

    long count(Event.Kind kind) {
        return journal.count(kind);
    }

    List<String> messages(Event.Kind kind) {
        return journal.last(1000).stream().filter(e -> e.kind() == kind).map(e -> e.subject() + ": " + e.message()).toList();
    }

    void awaitEvent(Event.Kind kind, String words) {
        Await.that(kind + " with '" + words + "', but only " + messages(kind),
            () -> messages(kind).stream().anyMatch(m -> m.contains(words)));
    }

    /// Ends all; every session is closed then, and no thread of the lane is left.
    @Override
    public void close() {
        backplane.close();
        lane.close();
        control.close();
        Await.that("the end of " + laneName, () -> Thread.getAllStackTraces().keySet().stream()
            .noneMatch(t -> t.getName().equals(laneName)));
        if (count(Event.Kind.OPENED) != count(Event.Kind.CLOSED)) {
            throw new AssertionError(journal.last(50).toString());
        }
    }
}
