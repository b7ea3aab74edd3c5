// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Channel;
import vbus.api.connector.SessionEvents;
import vbus.shm.Burst;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.GuestMemory;
import vbus.shm.IoqRing;

/// A session with a device that echoes: calls with each byte one more, and frames from ring 1 to ring 0.
///
/// Its lock is the burst boundary: who has it knows that no work runs.
final class FakeDevice implements Channel {

    static final int ADD = 1;
    static final int FAIL = 2;
    static final int BLOCK = 3;
    static final int SIGNAL = 4;
    static final int EVENT = 5;
    static final int CONFIG = 6;
    static final int BREAK = 7;
    static final int GONE = 8;
    static final int THROW = 9;
    static final int RECEIVE = 0;
    static final int TRANSMIT = 1;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Memory that a guest registered. @param kickFd the descriptor that would wake its lane
    record Pool(MemorySegment memory, int signalOffset, int priority, Doorbell guest, int kickFd, IoqRing ring) { }

    final SessionEvents events;
    final CountDownLatch blocked = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    private final GuestMemory memory;
    private final Map<Integer, Pool> pools = new TreeMap<>();
    private final Burst from = new Burst(16, 64);
    private final Burst to = new Burst(1, 64);
    private String broken;
    private boolean closed;

    FakeDevice(GuestMemory memory, SessionEvents events) {
        this.memory = memory;
        this.events = events;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized String broken() {
        return broken;
    }

    synchronized Pool pool(int id) {
        return pools.get(id);
    }

    synchronized int work() {
        Pool tx = pools.get(TRANSMIT);
        Pool rx = pools.get(RECEIVE);
        if (tx == null || rx == null || tx.ring == null || rx.ring == null || broken != null) {
            return 0;
        }
        try {
            return echo(tx.ring, rx.ring);
        } catch (InternalError | IllegalStateException e) {
            fail("its memory went away: " + e);
            return 0;
        }
    }

    private int echo(IoqRing tx, IoqRing rx) {
        int n = tx.take(from, 16);
        for (int i = 0; i < n; i++) {
            if (rx.take(to, 1) != 1) {
                tx.untake(n - i);
                n = i;
                break;
            }
            long length = Math.min(from.readable(i), to.writable(0));
            from.copyTo(i, 0, to, 0, 0, length);
            rx.complete(to, 0, (int) length);
            tx.complete(from, i, 0);
        }
        tx.publish();
        rx.publish();
        if (tx.fault() != null || rx.fault() != null) {
            fail(tx.fault() != null ? tx.fault() : rx.fault());
        }
        return Math.max(0, n);
    }

    private void fail(String reason) {
        broken = reason;
        events.broken(reason);
    }

    @Override
    public int call(int function, MemorySegment data) {
        check();
        switch (function) {
            case ADD -> {
                for (long i = 0; i < data.byteSize(); i++) {
                    data.set(ValueLayout.JAVA_BYTE, i, (byte) (data.get(ValueLayout.JAVA_BYTE, i) + 1));
                }
            }
            case FAIL -> throw new VbusException(Status.values()[data.get(ValueLayout.JAVA_BYTE, 0)], "refused, wie gew\u00fcnscht");
            case BLOCK -> block();
            case SIGNAL -> pool(data.get(INT, 0)).guest.ring();
            case EVENT -> events.event(data.get(INT, 0), data.asSlice(4).toArray(ValueLayout.JAVA_BYTE));
            case CONFIG -> events.configChanged();
            case BREAK -> fail("it was asked to");
            case GONE -> events.closed();
            case THROW -> throw new IllegalArgumentException("a device with a defect");
            default -> throw new VbusException(Status.INVALID, "function %d: want 1..9".formatted(function));
        }
        return (int) data.byteSize();
    }

    private void block() {
        blocked.countDown();
        try {
            if (!release.await(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                throw new VbusException(Status.TIMED_OUT, "nobody released it");
            }
        } catch (InterruptedException e) {
            throw new VbusException(Status.TIMED_OUT, "interrupted");
        }
    }

    @Override
    public synchronized Registration shm(int id, MemorySegment bytes, int signalOffset, int priority, Doorbell guest, int kickFd) {
        check();
        if (pools.containsKey(id)) {
            throw new VbusException(Status.EXISTS, "shm %d is registered already".formatted(id));
        }
        IoqRing ring = null;
        try {
            if (signalOffset != NO_SIGNAL && id <= TRANSMIT) {
                ring = new IoqRing(bytes, id == TRANSMIT ? Direction.TO_DEVICE : Direction.FROM_DEVICE, memory, guest);
            }
        } catch (IllegalArgumentException e) {
            throw new VbusException(Status.INVALID, "shm %d: %s".formatted(id, e.getMessage()));
        } catch (InternalError e) {
            fail("its memory went away: " + e);
            throw new VbusException(Status.BROKEN, "its memory went away");
        }
        Pool pool = new Pool(bytes, signalOffset, priority, guest, kickFd, ring);
        pools.put(id, pool);
        return new Registration() {
            @Override
            public void kick() { }

            @Override
            public void close() {
                synchronized (FakeDevice.this) {
                    pools.remove(id, pool);
                }
            }
        };
    }

    @Override
    public Registration queue(int id, vbus.shm.Ring ring, int kickFd) {
        throw new UnsupportedOperationException();
    }

    private synchronized void check() {
        if (broken != null || closed) {
            throw new VbusException(closed ? Status.GONE : Status.BROKEN, "the session is over");
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        pools.clear();
        release.countDown();
    }
}
