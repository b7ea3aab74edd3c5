// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.TreeMap;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.VirtioCalls;
import vbus.api.connector.Channel;
import vbus.api.connector.SessionEvents;
import vbus.shm.Burst;
import vbus.shm.Doorbell;
import vbus.shm.Ring;

/// A session with a network card that sends every frame back: from queue 1 to queue 0.
///
/// Its lock is the burst boundary: who has it, knows that no work runs.
final class EchoChannel implements Channel {

    static final long OFFERED = 1L << 32 | 1L << 28 | 1L << 29 | 1L << 34 | 1L << 15;

    final SessionEvents events;
    private final int queues;
    private final Map<Integer, Ring> rings = new TreeMap<>();
    private final Burst from = new Burst(16, 64);
    private final Burst to = new Burst(1, 64);
    private long accepted = -1;
    private boolean broken;
    private boolean closed;

    EchoChannel(int queues, SessionEvents events) {
        this.queues = queues;
        this.events = events;
    }

    synchronized long accepted() {
        return accepted;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized boolean runs(int id) {
        return rings.containsKey(id);
    }

    synchronized int work() {
        try {
            Ring tx = rings.get(1);
            Ring rx = rings.get(0);
            return tx == null || rx == null || broken ? 0 : echo(tx, rx);
        } catch (InternalError e) {
            fail("memory went away");
            return 0;
        }
    }

    private int echo(Ring tx, Ring rx) {
        int n = tx.take(from, 16);
        for (int i = 0; i < n; i++) {
            if (rx.take(to, 1) == 1) {
                long length = Math.min(from.readable(i), to.writable(0));
                from.copyTo(i, 0, to, 0, 0, length);
                rx.complete(to, 0, (int) length);
            }
            tx.complete(from, i, 0);
        }
        tx.publish();
        rx.publish();
        if (tx.fault() != null || rx.fault() != null) {
            fail(tx.fault() != null ? tx.fault() : rx.fault());
        }
        return Math.max(0, n);
    }

    synchronized void fail(String reason) {
        broken = true;
        events.broken(reason);
    }

    /// Breaks without a word.
    synchronized void failLater() {
        broken = true;
    }

    @Override
    public synchronized int call(int function, MemorySegment data) {
        check();
        switch (function) {
            case VirtioCalls.FEATURES -> data.set(ValueLayout.JAVA_LONG, 0, OFFERED);
            case VirtioCalls.ACCEPT -> accepted = data.get(ValueLayout.JAVA_LONG, 0);
            case VirtioCalls.QUEUES -> {
                return queues;
            }
            default -> throw new VbusException(Status.INVALID, "function 0x%x".formatted(function));
        }
        return 0;
    }

    @Override
    public Registration shm(int id, MemorySegment memory, int signalOffset, int priority, Doorbell guest, int kickFd) {
        throw new UnsupportedOperationException();
    }

    @Override
    public synchronized Registration queue(int id, Ring ring, int kickFd) {
        check();
        if (kickFd < 0 || rings.putIfAbsent(id, ring) != null) {
            throw new VbusException(Status.EXISTS, "queue %d with kick %d".formatted(id, kickFd));
        }
        return new Registration() {
            @Override
            public void kick() { }

            @Override
            public void close() {
                synchronized (EchoChannel.this) {
                    rings.remove(id, ring);
                }
            }
        };
    }

    private void check() {
        if (broken || closed) {
            throw new VbusException(closed ? Status.GONE : Status.BROKEN, "the session is over");
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        rings.clear();
    }
}
