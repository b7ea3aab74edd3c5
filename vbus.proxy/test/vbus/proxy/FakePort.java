// SPDX-License-Identifier: Apache-2.0
package vbus.proxy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.api.connector.SessionEvents;
import vbus.api.driver.Block;
import vbus.api.driver.BusPort;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.GuestMemory;
import vbus.shm.IoqRing;
import vbus.shm.Region;
import vbus.shm.Ring;

/// A guest's side of a connector with real memory, a real thread and real rings; the device is the test.
final class FakePort implements BusPort, AutoCloseable {

    static final String THREAD = "guest of the proxy's test";

    final List<Open> opened = new CopyOnWriteArrayList<>();
    volatile boolean stuck;
    private final ExecutorService vcpu = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(THREAD).factory());
    private final GuestMemory memory = new GuestMemory();
    private final Map<Long, Arena> arenas = new ConcurrentHashMap<>();
    private final Map<Integer, Offer> offers = new TreeMap<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private DeviceEvents listener;
    private long next = 0x1_0000;

    /// An open interface: what a device has of it.
    final class Open implements Channel {
        final int id;
        final SessionEvents events;
        final List<String> said = new CopyOnWriteArrayList<>();
        volatile Ring ring;
        volatile int kicks;
        volatile boolean closed;

        Open(int id, SessionEvents events) {
            this.id = id;
            this.events = events;
        }

        @Override
        public int call(int function, MemorySegment data) {
            return function;
        }

        @Override
        public Registration shm(int shm, MemorySegment bytes, int signalOffset, int priority, Doorbell guest, int kickFd) {
            said.add("shm " + shm + " signal " + signalOffset + " priority " + priority);
            if (signalOffset != NO_SIGNAL) {
                ring = new IoqRing(bytes, shm % 2 == 0 ? Direction.TO_DEVICE : Direction.FROM_DEVICE, memory, guest);
            }
            return new Registration() {
                @Override
                public void kick() {
                    kicks++;
                }

                @Override
                public void close() { }
            };
        }

        @Override
        public Registration queue(int queue, Ring r, int kickFd) {
            throw new AssertionError("a proxy has no virtqueues");
        }

        @Override
        public void close() {
            if (stuck) {
                throw new VbusException(Status.TIMED_OUT, "stuck");
            }
            closed = true;
        }
    }

    synchronized void arrive(int id, String type) {
        Offer offer = new Offer(id, type, 1, "dev" + id);
        offers.put(id, offer);
        DeviceEvents l = listener;
        execute(() -> l.added(offer));
    }

    synchronized void depart(int id) {
        Offer offer = offers.remove(id);
        DeviceEvents l = listener;
        execute(() -> l.dropped(offer));
    }

    /// Until the guest's thread did all that it was asked for.
    void settle() {
        CountDownLatch done = new CountDownLatch(1);
        execute(done::countDown);
        await(done);
    }

    static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    int blocks() {
        return arenas.size();
    }

    @Override
    public synchronized void listen(DeviceEvents events) {
        listener = events;
        if (events != null) {
            offers.values().forEach(o -> execute(() -> events.added(o)));
        }
    }

    @Override
    public Channel open(int id, int version, SessionEvents events) {
        if (version != 1) {
            throw new VbusException(Status.INVALID, "version " + version);
        }
        Open open = new Open(id, events);
        opened.add(open);
        return open;
    }

    @Override
    public synchronized Block allocate(long byteSize) {
        Arena arena = Arena.ofShared();
        Region region = new Region(next, arena.allocate(byteSize, 64));
        next += 0x10_0000;
        memory.add(region);
        arenas.put(region.address(), arena);
        return new Block(region.address(), region.memory());
    }

    @Override
    public void free(Block block) {
        arenas.remove(block.address()).close();
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public void execute(Runnable task) {
        vcpu.execute(() -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                failures.add(e);
            }
        });
    }

    @Override
    public String bus() {
        return "lab";
    }

    @Override
    public String guest() {
        return "alice";
    }

    /// Nothing may have failed on the guest's thread.
    @Override
    public void close() {
        settle();
        vcpu.shutdown();
        List<Throwable> all = new ArrayList<>(failures);
        if (!all.isEmpty()) {
            throw new AssertionError(all.toString(), all.getFirst());
        }
    }
}
