// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import vbus.shm.Burst;
import vbus.shm.Ring;
import vbus.unix.protocol.EventLayout;

/// One queue of events in a guest's memory: an IOQ whose buffers are event slots, and a backlog while the guest lends none.
///
/// ```
///   add (any thread) ─▶ arrivals, a stack ─▶ backlog, first in first out ─▶ event slots ─▶ publish, once per drain
///                                              '── no slot: stays, until the guest lends some and pokes
/// ```
/// Threads: any; nobody waits but `close`. Who comes while another drains leaves the work to it.
final class EventQueue {

    private static final int CLOSED = 1 << 30;

    private static final VarHandle ARRIVALS;

    static {
        try {
            ARRIVALS = MethodHandles.lookup().findVarHandle(EventQueue.class, "arrivals", Event.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Ring ring;
    private final AtomicInteger waiting;
    private final Consumer<String> broken;
    private final Burst burst = new Burst(1, 2);
    private final MemorySegment event = Arena.ofAuto().allocate(EventLayout.BYTES, 8);
    private final AtomicInteger work = new AtomicInteger();
    private Event arrivals; // by ARRIVALS
    private Event first; // this and below: whoever drains
    private Event last;
    private boolean isBroken;
    private volatile boolean closed;

    /// @param ring serves the IOQ with the event slots
    /// @param waiting counts the guest's events that wait, in whichever queue
    /// @param broken told once, why, when the guest broke a rule of the queue; must not block
    EventQueue(Ring ring, AtomicInteger waiting, Consumer<String> broken) {
        this.ring = ring;
        this.waiting = waiting;
        this.broken = broken;
    }

    /// Tells an event, unless it waits to be told already.
    void add(Event e) {
        if (e.enter()) {
            waiting.incrementAndGet();
            Event head;
            do {
                head = (Event) ARRIVALS.getAcquire(this);
                e.next = head;
            } while (!ARRIVALS.compareAndSet(this, head, e));
        }
        pump();
    }

    /// Tells what waits, as far as there are slots.
    void pump() {
        if (closed || work.getAndIncrement() != 0) {
            return; // who is at it looks again
        }
        int seen = 1;
        do {
            try {
                drain();
            } catch (RuntimeException | InternalError e) { // whatever it is, the next one must be able to drain, or to close
                fail("it failed: " + e);
            }
            seen = work.addAndGet(-seen);
        } while (seen != 0);
    }

    /// Tells nothing any more: when this returns, nobody touches the guest's memory or rings the guest for this queue.
    void close() {
        closed = true;
        while (work.get() < CLOSED && !work.compareAndSet(0, CLOSED)) { // takes the drain, for ever
            Thread.yield();
        }
    }

    private void drain() {
        arrived();
        boolean told = false;
        while (first != null && !isBroken && !closed && slot()) {
            final Event e = first;
            first = e.next;
            e.next = null;
            waiting.decrementAndGet();
            e.leave(event);
            burst.write(0, 0, event, 0, EventLayout.BYTES);
            ring.complete(burst, 0, EventLayout.BYTES);
            told = true;
        }
        if (told) {
            ring.publish();
        }
    }

    /// Moves the arrivals behind the backlog, oldest first.
    private void arrived() {
        Event newest = (Event) ARRIVALS.getAndSet(this, null);
        Event oldest = null;
        final Event end = newest;
        while (newest != null) {
            final Event older = newest.next;
            newest.next = oldest;
            oldest = newest;
            newest = older;
        }
        if (oldest == null) {
            return;
        }
        if (first == null) {
            first = oldest;
        } else {
            last.next = oldest;
        }
        last = end;
    }

    /// True when the burst holds an event slot; else the guest was asked to poke.
    private boolean slot() {
        int n = ring.take(burst, 1);
        if (n == 0 && ring.watch()) {
            n = ring.take(burst, 1);
        }
        if (n > 0 && burst.writable(0) < EventLayout.BYTES) {
            fail("event slot of %d bytes: want at least %d".formatted(burst.writable(0), EventLayout.BYTES));
            return false;
        }
        if (n < 0) {
            fail(ring.fault());
        }
        return n > 0;
    }

    private void fail(String reason) {
        isBroken = true;
        broken.accept("event queue: " + reason);
    }
}
