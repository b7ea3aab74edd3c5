// SPDX-License-Identifier: Apache-2.0
package vbus.bench.call;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import vbus.api.Connection;
import vbus.api.DeviceInterface;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.SessionEvents;
import vbus.bench.sys.Cpu;
import vbus.core.Standalone;
import vbus.unix.Endpoint;
import vbus.unix.UnixConnector;
import vbus.unix.guest.UnixGuest;

/// Ours: a call of 8 bytes, in and out, through a call slot to a device on the bus of another process.
///
/// Where both sides poll they look for a second before they sleep; where both sleep they do at once.
///
/// @param name of the path
/// @param spinMicros how long each side looks before it sleeps
record SlotCall(String name, int spinMicros) implements CallPath {

    static final SlotCall POLL = new SlotCall("poll", 1_000_000);
    static final SlotCall SLEEP = new SlotCall("sleep", 0);

    private static final int BYTES = 8;

    @Override
    public void answer(Path folder, Runnable ready, BooleanSupplier over) throws Exception {
        final UnixConnector connector =
            new UnixConnector(new Endpoint("bench", folder.resolve("socket"), "0600", Set.of(), 1, spinMicros));
        try (Standalone bus = new Standalone("bench", "answer", b -> List.of(new DeviceInterface("answer", 1,
            _ -> new Answer())))) {
            connector.join(bus.bus());
            ready.run();
            while (!over.getAsBoolean()) {
                TimeUnit.MILLISECONDS.sleep(10); // why: the connector's threads do the work
            }
            connector.leave();
        }
    }

    private static final class Answer implements Connection {

        @Override
        public int call(int function, MemorySegment data) {
            return function;
        }
    }

    @Override
    public Asking ask(Path folder) throws Exception {
        final UnixGuest guest = new UnixGuest(folder.resolve("socket"), new UnixGuest.Options("bench", 1, spinMicros));
        final CompletableFuture<Integer> id = new CompletableFuture<>();
        guest.listen(new DeviceEvents() {
            @Override
            public void added(Offer offer) {
                id.complete(offer.id());
            }

            @Override
            public void dropped(Offer offer) { }
        });
        if (!guest.awaitAttached(Duration.ofSeconds(10))) {
            throw new IOException("the host does not come");
        }
        final Channel channel = guest.open(id.get(10, TimeUnit.SECONDS), 1, new SessionEvents() { });
        Cpu.pin(0);
        final MemorySegment data = Arena.global().allocate(BYTES, BYTES);
        return new Asking() {
            @Override
            public void roundTrip() {
                channel.call(1, data);
            }

            @Override
            public void close() {
                channel.close();
                guest.close();
            }
        };
    }
}
