// SPDX-License-Identifier: Apache-2.0
// length: the verbs of BusPort, and the connection that they need
package vbus.unix.guest;

import static vbus.unix.protocol.SlotLayout.INT;
import static vbus.unix.protocol.SlotLayout.LONG;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.SessionEvents;
import vbus.api.driver.Block;
import vbus.api.driver.BusPort;
import vbus.shm.GuestMemory;
import vbus.unix.protocol.BusCall;

/// This process as a guest of a bus in another one, behind a socket.
///
/// ```
///   connect ─▶ negotiate ─▶ devices appear ─▶ ... ─▶ the host dies, or says farewell ─▶ devices leave ─▶ connect again, for ever
/// ```
/// Memory that drivers have allocated stays theirs over a loss; sessions end with it, and drivers are probed anew.
///
/// Errors: verbs throw VbusException GONE while the host is away.
/// Threads: any; one thread is the guest's vCPU, see [BusPort#execute], and one keeps the connection.
public final class UnixGuest implements BusPort, AutoCloseable {

    private static final System.Logger LOG = System.getLogger("vbus.unix.guest");
    private static final long RETRY_MILLIS = 200;

    /// How a guest wants to be.
    ///
    /// @param name among the guests of the socket; empty: the process's id
    /// @param slots call slots: calls that can be on their way at the same time, 1 to 64
    /// @param spinMicros how long to look for an answer before sleeping
    public record Options(String name, int slots, int spinMicros) {

        /// Two call slots, and a spin that saves a wake-up when the host answers at once.
        public static final Options DEFAULT = new Options("", 2, 50);

        public Options {
            if (slots < 1 || slots > 64 || spinMicros < 0) {
                throw new IllegalArgumentException("%d call slots, %d us: want 1..64 and at least 0".formatted(slots, spinMicros));
            }
        }

        long spinNanos() {
            return TimeUnit.MICROSECONDS.toNanos(spinMicros);
        }
    }

    private final Path path;
    private final Options options;
    private final Blocks blocks = new Blocks();
    private final Kick kick = new Kick();
    private final Vcpu vcpu;
    private final Thread thread;
    private final Devices devices = new Devices();
    private Sessions sessions = new Sessions(); // this and below: guarded by this
    private Link link; // that serves
    private Link trying; // the same, or one that is being set up
    private String bus = "";
    private String guest = "";
    private boolean closed;

    /// Begins to attach to the socket at `path`.
    public UnixGuest(Path path, Options options) throws IOException {
        this.path = path;
        this.options = options;
        vcpu = new Vcpu(path.getFileName().toString(), options.spinNanos());
        thread = Thread.ofPlatform().daemon().name("vbus guest link " + path.getFileName()).start(this::run);
    }

    /// Waits until the host is there; false when it did not come in time.
    public synchronized boolean awaitAttached(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (link == null && !closed) {
            long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return !closed;
    }

    // ---- the connection

    private void run() {
        var said = new AtomicReference<>("");
        while (!isClosed()) {
            try {
                serve(Link.connect(path, options, kick), () -> said.set(""));
            } catch (IOException | RuntimeException e) {
                String why = String.valueOf(e.getMessage());
                if (!said.getAndSet(why).equals(why)) {
                    LOG.log(Level.INFO, "{0}: {1}; trying again", path, why);
                }
            }
            pause();
        }
    }

    private void serve(Link next, Runnable attached) throws IOException {
        try {
            if (isTried(next)) {
                start(next);
                attached.run();
                next.serve();
            }
        } finally {
            lost(next);
            next.close();
        }
    }

    /// From now on `close` ends it, also when its host is asleep. False when `close` came before.
    private synchronized boolean isTried(Link next) {
        trying = next;
        return !closed;
    }

    private void start(Link next) throws IOException {
        Sessions of = new Sessions();
        synchronized (blocks) { // none is made or freed meanwhile
            next.start(blocks, vcpu, bytes -> devices.event(of, next, bytes));
            synchronized (this) {
                link = next;
                sessions = of;
                bus = next.bus();
                guest = next.guest();
                vcpu.execute(() -> vcpu.receiver(next.receiver()));
                notifyAll();
            }
        }
    }

    /// Has all devices leave; returns when the vCPU looks at nothing of the link any more.
    private void lost(Link ended) {
        synchronized (this) {
            link = null;
            trying = null;
        }
        ended.lose();
        var left = new CountDownLatch(1);
        vcpu.execute(() -> {
            vcpu.receiver(null);
            devices.leave();
            left.countDown();
        });
        while (!isClosed()) {
            try {
                if (left.await(RETRY_MILLIS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                // nobody has a reason to interrupt this thread
            }
        }
    }

    private synchronized void pause() {
        try {
            if (!closed) {
                wait(RETRY_MILLIS);
            }
        } catch (InterruptedException e) {
            // nobody has a reason to interrupt this thread
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private Link link() {
        Link to = linkOrNull();
        if (to == null) {
            throw new VbusException(Status.GONE, "the host at %s is not there".formatted(path));
        }
        return to;
    }

    private synchronized Link linkOrNull() {
        return link;
    }

    // ---- towards the drivers

    @Override
    public void listen(DeviceEvents events) {
        execute(() -> devices.listen(events));
    }

    @Override
    public Channel open(int id, int version, SessionEvents events) {
        Link to = link();
        Sessions of = sessions();
        long handle = of.open(() -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment a = arena.allocate(BusCall.OPEN_BYTES, 8);
                a.set(INT, BusCall.OPEN_DEVICE, id);
                a.set(INT, BusCall.OPEN_VERSION, version);
                to.call(BusCall.DEVOPEN, a);
                return a.get(LONG, BusCall.OPEN_HANDLE);
            }
        }, events);
        return new RemoteChannel(to, of, blocks, handle);
    }

    private synchronized Sessions sessions() {
        return sessions;
    }

    /// Memory for the devices of the bus. While the host is away it is told of it when it comes back.
    @Override
    public Block allocate(long byteSize) {
        synchronized (blocks) {
            if (isClosed()) {
                throw new VbusException(Status.GONE, "the guest is closed");
            }
            Blocks.Shared shared = blocks.allocate(byteSize);
            Link to = linkOrNull();
            try {
                if (to != null) {
                    unlessGone(() -> to.add(shared));
                }
            } catch (VbusException e) {
                blocks.free(shared.block(), _ -> { });
                throw e;
            }
            return shared.block();
        }
    }

    /// Errors: what the host says when it is still in use.
    @Override
    public void free(Block block) {
        synchronized (blocks) {
            Link to = linkOrNull();
            blocks.free(block, shared -> {
                if (to != null) {
                    unlessGone(() -> to.forget(shared));
                }
            });
        }
    }

    private static void unlessGone(Runnable request) {
        try {
            request.run();
        } catch (VbusException e) {
            if (e.status() != Status.GONE) {
                throw e;
            }
        }
    }

    @Override
    public GuestMemory memory() {
        return blocks.memory();
    }

    @Override
    public void execute(Runnable task) {
        vcpu.execute(task);
    }

    /// Name of the bus; empty until the host was there once.
    @Override
    public synchronized String bus() {
        return bus;
    }

    /// The name that the host gave; empty until it was there once.
    @Override
    public synchronized String guest() {
        return guest;
    }

    /// Leaves the bus and frees the memory: what drivers still hold of it is gone.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            if (trying != null) {
                trying.lose();
            }
            notifyAll();
        }
        vcpu.close(); // before the memory of the link goes, which it looks at
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kick.close();
        blocks.close();
    }
}
