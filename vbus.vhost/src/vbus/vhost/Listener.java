// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import vbus.api.connector.Bus;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.api.connector.Guest;
import vbus.api.view.Event.Kind;
import vbus.shm.GuestMemory;
import vbus.shm.linux.SocketFile;
import vbus.shm.linux.UnixSocket;

/// A socket that listens as long as its device is there, and serves one front-end after the other.
///
/// ```
///   no offer ──offer──▶ listen ──front-end──▶ serve ──it left, or was cut──▶ listen ...
///      ▲                  │ path not to be had: say why, try again a second later
///      └──withdraw────────┴─────────────────────┘
/// ```
/// Threads: `run` is the protocol thread; the others any, none blocks. They end its waiting by a shutdown of what it waits on.
final class Listener {

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// The device's presence, from its arrival to its leave; the same offer may come again.
    private static final class Stay {

        private final Offer offer;

        Stay(Offer offer) {
            this.offer = offer;
        }
    }

    private final Endpoint endpoint;
    private final Bus bus;
    private final GuestMemory memory;
    private Stay stay; // this and the next three: guarded by this; null while the device is away
    private boolean stopped;
    private UnixSocket listening;
    private UnixSocket connected;
    private String refusal; // the protocol thread's: what was said last

    Listener(Endpoint endpoint, Bus bus, GuestMemory memory) {
        this.endpoint = endpoint;
        this.bus = bus;
        this.memory = memory;
    }

    /// The device is there. The first of several interfaces is the one that is served.
    synchronized void offer(Offer added) {
        if (stay == null && !stopped) {
            stay = new Stay(added);
            notifyAll();
        }
    }

    /// The device leaves.
    synchronized void withdraw(Offer dropped) {
        if (stay != null && stay.offer.id() == dropped.id()) {
            stay = null;
            interrupt();
        }
    }

    /// Has `run` return.
    synchronized void stop() {
        stopped = true;
        stay = null;
        interrupt();
    }

    private void interrupt() {
        if (listening != null) {
            listening.shutdown();
        }
        if (connected != null) {
            connected.shutdown();
        }
        notifyAll();
    }

    /// The protocol thread: until `stop`.
    void run(Guest guest) {
        for (Stay current = next(); current != null; current = next()) {
            try (SocketFile file = SocketFile.listen(endpoint.path(), endpoint.mode(), 1)) {
                refusal = null;
                serveAll(file.socket(), guest, current);
            } catch (IOException e) {
                refused(current, e.getMessage());
                pause(current);
            }
        }
    }

    private void serveAll(UnixSocket file, Guest guest, Stay current) throws IOException {
        listens(file);
        while (isWanted(current)) {
            try (UnixSocket socket = file.accept()) {
                connects(socket);
                if (isWanted(current)) {
                    new Connection(endpoint, bus, guest, memory, current.offer, socket).serve();
                }
            }
        }
    }

    private void refused(Stay current, String message) {
        if (isWanted(current) && !message.equals(refusal)) {
            refusal = message;
            bus.report(Kind.REFUSED, endpoint.name(), message);
        }
    }

    private synchronized Stay next() {
        while (stay == null && !stopped) {
            await(0);
        }
        return stay;
    }

    private synchronized void pause(Stay current) {
        long end = System.nanoTime() + RETRY_NANOS;
        for (long left = RETRY_NANOS; stay == current && left > 0; left = end - System.nanoTime()) {
            await(TimeUnit.NANOSECONDS.toMillis(left) + 1);
        }
    }

    private void await(long millis) {
        try {
            wait(millis);
        } catch (InterruptedException e) {
            stop(); // nobody has a reason to interrupt this thread but its end
        }
    }

    private synchronized boolean isWanted(Stay current) {
        return stay == current;
    }

    private synchronized void listens(UnixSocket socket) {
        listening = socket; // a closed one may be shut down, too
    }

    private synchronized void connects(UnixSocket socket) {
        connected = socket;
    }
}
