// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import vbus.api.connector.Bus;
import vbus.api.view.Event.Kind;
import vbus.shm.linux.SocketFile;
import vbus.shm.linux.UnixSocket;

/// A socket that always listens: each connection is a guest process with a thread of its own.
///
/// Threads: `run` has one; `stop` any.
final class Listener {

    private static final long RETRY_MILLIS = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Endpoint endpoint;
    private final Bus bus;
    private final Names names = new Names();
    private final Map<GuestProcess, Thread> processes = new ConcurrentHashMap<>();
    private UnixSocket listening; // this and below: guarded by this
    private boolean stopped;

    Listener(Endpoint endpoint, Bus bus) {
        this.endpoint = endpoint;
        this.bus = bus;
    }

    /// Until `stop`. A path that can not be had is told once, and tried again.
    void run() {
        String said = "";
        while (!isStopped()) {
            try (SocketFile file = SocketFile.listen(endpoint.path(), endpoint.mode(), endpoint.guests())) {
                said = "";
                listens(file.socket());
                acceptAll(file.socket());
            } catch (IOException e) {
                if (!isStopped() && !said.equals(e.getMessage())) {
                    said = e.getMessage();
                    bus.report(Kind.REFUSED, endpoint.name(), said);
                }
                pause();
            }
        }
    }

    private void acceptAll(UnixSocket socket) throws IOException {
        while (!isStopped()) {
            UnixSocket peer = socket.accept();
            String refusal;
            try {
                refusal = refusal(peer);
            } catch (IOException e) {
                refusal = e.getMessage();
            }
            if (refusal != null) {
                bus.report(Kind.REFUSED, endpoint.name(), refusal);
                peer.close();
            } else {
                start(new GuestProcess(endpoint, bus, names, peer));
            }
        }
    }

    private String refusal(UnixSocket peer) throws IOException {
        if (!endpoint.users().isEmpty() && !endpoint.users().contains(peer.peer().uid())) {
            return "%s: want a user of %s".formatted(peer.peer(), endpoint.users());
        }
        return processes.size() < endpoint.guests() ? null
            : "%s: %d guests are attached, which is the limit".formatted(peer.peer(), endpoint.guests());
    }

    private void start(GuestProcess process) {
        Thread thread = Thread.ofPlatform().daemon().name("vbus unix " + endpoint.name()).unstarted(() -> {
            try {
                process.run();
            } finally {
                processes.remove(process);
            }
        });
        processes.put(process, thread);
        try {
            thread.start();
        } catch (OutOfMemoryError e) { // so says Java when the system gives no thread
            bus.report(Kind.REFUSED, endpoint.name(), "no thread for a guest: " + e.getMessage());
            process.stop();
            process.run(); // sees the end at once
            processes.remove(process);
        }
        if (isStopped()) {
            process.stop();
        }
    }

    private synchronized void listens(UnixSocket socket) {
        listening = socket;
        if (stopped) {
            socket.shutdown();
        }
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    private synchronized void pause() {
        try {
            if (!stopped) {
                wait(RETRY_MILLIS);
            }
        } catch (InterruptedException e) {
            stopped = true; // nobody has a reason to interrupt this thread but its end
        }
    }

    /// Ends it and every guest; waits for them, but not for ever: what a device holds is let go of when the device does.
    void stop() {
        synchronized (this) {
            stopped = true;
            if (listening != null) {
                listening.shutdown(); // a closed one may be shut down, too
            }
            notifyAll();
        }
        processes.keySet().forEach(GuestProcess::stop);
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (Thread thread : processes.values()) {
            try {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
