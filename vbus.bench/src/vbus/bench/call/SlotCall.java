// SPDX-License-Identifier: Apache-2.0
package vbus.bench.call;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.core.Standalone;
import vbus.unix.HostSocket;
import vbus.unix.guest.UnixGuest;

/// Ours: a call of a device of another process's bus, through a call slot in shared memory.
///
/// @param spinMicros how long either side looks before it sleeps
record SlotCall(String name, int spinMicros) implements CallPath {

    private static final int BYTES = 8; // as many as lie in the slot's line
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /// Both sides look all the time.
    static CallPath polling() {
        return new SlotCall("poll", (int) TimeUnit.SECONDS.toMicros(1));
    }

    /// Both sides sleep on an eventfd at once.
    static CallPath sleeping() {
        return new SlotCall("sleep", 0);
    }

    @Override
    public void answer(Path folder, Runnable ready, BooleanSupplier over) {
        try (Standalone bus = new Standalone("bench", "answer", new AnswerDevice());
            HostSocket socket = new HostSocket(bus.bus(), folder.resolve("guests"), spinMicros)) {
            ready.run(); // a guest tries until it listens
            while (!over.getAsBoolean()) {
                LockSupport.parkNanos(socket, LOOK_NANOS);
            }
        }
    }

    @Override
    public Asking ask(Path folder) throws Exception {
        final UnixGuest guest = new UnixGuest(folder.resolve("guests"), new UnixGuest.Options("bench", 1, spinMicros));
        final BlockingQueue<DeviceEvents.Offer> offers = new ArrayBlockingQueue<>(1);
        if (!guest.awaitAttached(PATIENCE)) {
            throw new IOException("the host did not come");
        }
        guest.listen(new DeviceEvents() {
            @Override
            public void added(Offer offer) {
                offers.add(offer);
            }

            @Override
            public void dropped(Offer offer) { }
        });
        final DeviceEvents.Offer offer = offers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (offer == null) {
            throw new IOException("the host offered no device");
        }
        final Channel channel = guest.open(offer.id(), AnswerDevice.VERSION, AnswerDevice.SILENT);
        final MemorySegment data = Arena.global().allocate(BYTES, 8);
        return new Asking() {
            @Override
            public void roundTrip() {
                final int answer = channel.call(AnswerDevice.FUNCTION, data);
                if (answer != AnswerDevice.FUNCTION + BYTES) {
                    throw new IllegalStateException("answer %d: want %d".formatted(answer, AnswerDevice.FUNCTION + BYTES));
                }
            }

            @Override
            public void close() {
                channel.close();
                guest.close();
            }
        };
    }
}
