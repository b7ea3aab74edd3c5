// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;
import vbus.shm.linux.Epoll;
import vbus.shm.linux.Tap;
import vbus.venet.api.FrameHandler;
import vbus.venet.api.NetworkPort;

/// Joins a network port with a TAP, so that Linux has the device as an interface.
///
/// ```
///   device ──▶ NetworkPort ──guest's thread──▶ TAP ──▶ Linux
///   device ◀── NetworkPort ◀──own thread────── TAP ◀── Linux
/// ```
/// Linux sees a carrier while the two are joined. A frame that one side does not take is lost and counted.
///
/// Ownership: the caller's TAP and port, which it closes after this. Threads: any for the counters, which may be behind.
final class Bridge implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("vbus.venet.bridge");
    private static final int BURST = 64;
    /// A transmit ring that is full empties within this, or is not being emptied.
    private static final int TRIES = 5;
    private static final long FIRST_WAIT_NANOS = 50_000;

    private final NetworkPort port;
    private final Tap tap;
    private final int mostBytes;
    private final MemorySegment toLinux;
    private final MemorySegment fromLinux = Arena.ofAuto().allocate(Tap.MAX_BYTES, 64);
    private final FrameHandler handler = this::write;
    private final Epoll epoll;
    private final Thread thread;
    private volatile boolean ends;
    private long written;
    private long notWritten;
    private long sent;
    private long notSent;
    private long tooLong;

    /// @param name of its thread
    /// Errors: IOException when there is no descriptor to be had.
    Bridge(String name, NetworkPort port, Tap tap) throws IOException {
        this.port = port;
        this.tap = tap;
        mostBytes = port.maxFrameBytes();
        toLinux = Arena.ofAuto().allocate((long) Tap.HEADER_BYTES + mostBytes, 64); // its header is zero for ever: plain frames
        epoll = new Epoll();
        thread = Thread.ofPlatform().daemon().name("vbus bridge " + name).unstarted(this::carry);
    }

    /// Lets frames through, those first that wait already. Errors: IOException; it is closed then.
    Bridge start() throws IOException {
        try {
            epoll.add(tap.fd());
            tap.carrier(true);
        } catch (IOException e) {
            epoll.close();
            throw e;
        }
        thread.start();
        port.onReceive(this::receive);
        receive();
        return this;
    }

    // ---- to Linux

    /// One at a time: the guest's thread, and once whoever starts.
    private synchronized void receive() {
        while (!ends && port.receive(handler, BURST) > 0) { } // the handler does the work
    }

    private void write(MemorySegment memory, long offset, int bytes) {
        if (bytes > mostBytes) {
            tooLong++;
            return;
        }
        MemorySegment.copy(memory, offset, toLinux, Tap.HEADER_BYTES, bytes);
        if (tap.write(toLinux, Tap.HEADER_BYTES + bytes) < 0) {
            notWritten++;
        } else {
            written++;
        }
    }

    // ---- from Linux

    private void carry() {
        try {
            while (!ends) {
                final int n = burst();
                if (n == Tap.GONE) {
                    LOG.log(System.Logger.Level.WARNING, "interface {0} was removed: {1} has lost its bridge", tap.name(), port.name());
                    return;
                }
                if (n == 0) {
                    epoll.await(-1);
                }
            }
        } catch (RuntimeException | Error e) { // would end in the thread, and nobody would know
            LOG.log(System.Logger.Level.ERROR, "bridge of " + port.name() + " and " + tap.name() + " ended", e);
        }
    }

    /// Reads until nothing waits, at most a burst; the number of frames, or GONE.
    private int burst() {
        int frames = 0;
        int n = 0;
        while (frames < BURST && (n = tap.read(fromLinux)) > Tap.HEADER_BYTES) {
            frames++;
            send(n - Tap.HEADER_BYTES);
        }
        port.flush();
        return frames == 0 && n == Tap.GONE ? n : frames;
    }

    private void send(int bytes) {
        if (bytes > mostBytes) {
            tooLong++;
            return;
        }
        boolean taken = port.send(fromLinux, Tap.HEADER_BYTES, bytes);
        for (int tried = 0; !taken && tried < TRIES && !ends && port.linkUp(); tried++) {
            LockSupport.parkNanos(FIRST_WAIT_NANOS << tried); // meanwhile the frames behind wait in the kernel's queue
            taken = port.send(fromLinux, Tap.HEADER_BYTES, bytes);
        }
        if (taken) {
            sent++;
        } else {
            notSent++;
        }
    }

    // ---- what people see

    /// Frames that Linux took.
    long written() {
        return written;
    }

    /// Frames that Linux did not take.
    long notWritten() {
        return notWritten;
    }

    /// Frames that the port took.
    long sent() {
        return sent;
    }

    /// Frames that the port did not take.
    long notSent() {
        return notSent;
    }

    /// Frames of either side that are longer than the port's longest.
    long tooLong() {
        return tooLong;
    }

    /// Ends it: when this returns neither the port nor the TAP is used any more.
    @Override
    public void close() {
        ends = true;
        port.onReceive(null);
        epoll.wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) { // a burst to Linux that had begun has ended
            epoll.close();
        }
        try {
            tap.carrier(false);
        } catch (IOException e) {
            // it was removed
        }
    }
}
