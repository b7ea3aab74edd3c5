// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import vbus.shm.Direction;
import vbus.shm.GuestMemory;
import vbus.shm.Ioq;
import vbus.shm.IoqRing;
import vbus.shm.Region;
import vbus.unix.protocol.EventLayout;

/// An event queue without a socket: raised by many threads, taken by a slow guest.
class EventQueueTest {

    private static final int COUNT = 4;
    private static final int THREADS = 4;
    private static final int RAISES = 25_000;
    private static final int SIGNALS = 8;
    private static final long BASE = 0x1000;

    private final MemorySegment memory = Arena.ofAuto().allocate(0x2000, 64);
    private final AtomicBoolean poked = new AtomicBoolean();
    private final AtomicInteger rung = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final EventInbox inbox = new EventInbox(memory, memory.asSlice(0x1000), BASE + 0x1000, COUNT, () -> poked.set(true));
    private final EventQueue queue;

    EventQueueTest() {
        GuestMemory guest = new GuestMemory();
        guest.add(new Region(BASE, memory));
        queue = new EventQueue(new IoqRing(memory.asSlice(0, Ioq.byteSize(COUNT)), Direction.FROM_DEVICE, guest, rung::incrementAndGet),
            waiting, why -> {
                throw new AssertionError(why);
            });
    }

    /// What a guest does: takes, and has the host go on when it asked for it.
    private void guest() {
        inbox.take();
        if (poked.getAndSet(false)) {
            queue.pump();
        }
    }

    @Test
    void shouldFollowTheLastRaiseOfEachSignalByAnEvent() throws InterruptedException {
        Random random = new Random(Seed.of("EventQueueTest"));
        AtomicIntegerArray raised = new AtomicIntegerArray(SIGNALS); // what a device would have written before it raises
        int[] told = new int[SIGNALS];
        List<Event> signals = new ArrayList<>();
        for (int i = 0; i < SIGNALS; i++) {
            signals.add(Event.of(0, 0, EventLayout.SHMSIGNAL, i));
        }
        CountDownLatch over = new CountDownLatch(THREADS);
        for (int t = 0; t < THREADS; t++) {
            Random own = new Random(random.nextLong());
            Thread.ofPlatform().daemon().start(() -> {
                for (int i = 0; i < RAISES; i++) {
                    int which = own.nextInt(SIGNALS);
                    raised.incrementAndGet(which);
                    queue.add(signals.get(which));
                    if (own.nextInt(5000) == 0) {
                        LockSupport.parkNanos(200_000);
                    }
                }
                over.countDown();
            });
        }
        inbox.lend(1); // and few more than it takes
        int most = 0;
        long end = System.nanoTime() + Await.DEADLINE.toNanos();
        while (!matches(raised, told) || over.getCount() > 0 || waiting.get() > 0) { // the last event may tell nothing new
            int before = inbox.seen.size();
            guest();
            for (EventInbox.Seen s : inbox.seen.subList(before, inbox.seen.size())) {
                told[(int) s.number()] = raised.get((int) s.number());
            }
            most = Math.max(most, waiting.get());
            if (random.nextInt(64) == 0) {
                LockSupport.parkNanos(50_000);
            }
            assertTrue(System.nanoTime() < end, () -> "a raise was lost: " + raised + " raised");
        }
        assertEquals(THREADS * RAISES, java.util.stream.IntStream.range(0, SIGNALS).map(raised::get).sum());
        assertTrue(most <= SIGNALS, "waiting at most " + most);
        assertTrue(inbox.seen.size() <= THREADS * RAISES);
    }

    private static boolean matches(AtomicIntegerArray raised, int[] told) {
        for (int i = 0; i < SIGNALS; i++) {
            if (raised.get(i) != told[i]) {
                return false;
            }
        }
        return true;
    }

    @Test
    void shouldKeepTheOrderOfWhatDoesNotMerge() {
        for (int i = 0; i < 100; i++) {
            queue.add(Event.of(0, 0, EventLayout.DEVADD, i));
        }
        assertEquals(100, waiting.get());
        inbox.lend(3);
        poked.set(false);
        queue.pump();
        Await.until("all", () -> {
            guest();
            return inbox.seen.size() == 100;
        });
        for (int i = 0; i < 100; i++) {
            assertEquals(i, inbox.seen.get(i).number());
        }
    }

    @Test
    void shouldTellWhatAnEventBecameWhileItWaited() {
        Event e = Event.of(0, 0, EventLayout.SHMSIGNAL, 5);
        queue.add(e);
        queue.add(e);
        e.become(Event.numbered(EventLayout.SHMCLOSE, 5));
        queue.add(e);
        inbox.lend(COUNT);
        queue.pump();
        inbox.take();

        assertEquals(List.of(new EventInbox.Seen(EventLayout.SHMCLOSE, 5)), inbox.seen);
    }

    @Test
    void shouldTouchNothingOnceItIsClosed() {
        inbox.lend(COUNT);
        queue.add(Event.of(0, 0, EventLayout.DEVADD, 1));
        queue.close();
        queue.close();
        int before = rung.get();
        queue.add(Event.of(0, 0, EventLayout.DEVADD, 2));
        queue.pump();

        assertEquals(before, rung.get());
        assertEquals(1, inbox.take());
    }

    @Test
    void shouldCloseWhileOthersRaise() throws InterruptedException {
        Seed.of("EventQueueTest.close");
        inbox.lend(COUNT);
        List<Thread> threads = new ArrayList<>();
        AtomicBoolean closed = new AtomicBoolean();
        for (int t = 0; t < THREADS; t++) {
            Event e = Event.of(0, 0, EventLayout.SHMSIGNAL, t);
            threads.add(Thread.ofPlatform().daemon().start(() -> {
                while (!closed.get()) {
                    queue.add(e);
                }
                for (int i = 0; i < 1000; i++) {
                    queue.add(e);
                }
            }));
        }
        for (int i = 0; i < 1000; i++) {
            guest();
        }
        queue.close();
        byte[] then = memory.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        closed.set(true);
        for (Thread t : threads) {
            t.join(Await.DEADLINE);
        }
        assertEquals(-1, memory.mismatch(MemorySegment.ofArray(then)), "somebody wrote after the end");
    }
}
