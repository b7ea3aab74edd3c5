// SPDX-License-Identifier: Apache-2.0
package vbus.local;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Bus;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.Guest;
import vbus.api.connector.SessionEvents;
import vbus.api.driver.Block;
import vbus.api.driver.BusPort;
import vbus.shm.GuestMemory;
import vbus.shm.Region;

/// A Java guest: a member of the bus on one side, what its drivers stand on at the other.
///
/// ```
///   bus --DeviceEvents--> LocalGuest --on the guest's thread--> proxy bus, drivers
///       <--Guest.open, Channel-------
/// ```
/// Each block of memory is a region of its own, at guest addresses that are never used twice: a descriptor that outlives its
/// block points nowhere. Threads: any; one thread is the guest's vCPU.
final class LocalGuest implements BusPort, DeviceEvents, AutoCloseable {

    private static final System.Logger LOG = System.getLogger("vbus.local");
    private static final long FIRST_ADDRESS = 0x1_0000;
    private static final long PAGE = 4096;

    private final String name;
    private final String busName;
    private final GuestMemory memory = new GuestMemory();
    private final Map<Long, Mapped> blocks = new ConcurrentHashMap<>();
    private final Map<Integer, Offer> offers = new TreeMap<>();
    private final ExecutorService vcpu;
    private final Guest guest;
    private volatile Thread thread; // the vCPU, once it runs
    private DeviceEvents listener; // this and all below: guarded by this
    private long nextAddress = FIRST_ADDRESS;
    private boolean closed;

    private record Mapped(Region region, Arena arena) { }

    LocalGuest(String name, Bus bus) {
        this.name = name;
        busName = bus.name();
        vcpu = Executors.newSingleThreadExecutor(task -> {
            thread = Thread.ofPlatform().daemon().name("vbus guest " + name).unstarted(task);
            return thread;
        });
        guest = bus.attach(name, memory, this);
    }

    // ---- towards the bus

    @Override
    public synchronized void added(Offer offer) {
        offers.put(offer.id(), offer);
        if (listener != null) {
            DeviceEvents l = listener;
            execute(() -> l.added(offer));
        }
    }

    @Override
    public synchronized void dropped(Offer offer) {
        offers.remove(offer.id());
        if (listener != null) {
            DeviceEvents l = listener;
            execute(() -> l.dropped(offer));
        }
    }

    /// Leaves the bus and frees the memory. Errors: what the bus says when it does not let go of the memory, which then stays.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        try {
            guest.close();
        } finally {
            stop();
        }
        blocks.values().forEach(this::unmap);
    }

    private void stop() {
        vcpu.shutdown();
        try {
            if (Thread.currentThread() != thread && !vcpu.awaitTermination(5, TimeUnit.SECONDS)) {
                vcpu.shutdownNow();
            }
        } catch (InterruptedException e) {
            vcpu.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    // ---- towards the drivers

    @Override
    public synchronized void listen(DeviceEvents events) {
        listener = events;
        if (events != null) {
            offers.values().forEach(o -> execute(() -> events.added(o)));
        }
    }

    @Override
    public Channel open(int id, int version, SessionEvents events) {
        return guest.open(id, version, events);
    }

    @Override
    public synchronized Block allocate(long byteSize) {
        if (byteSize < 1 || byteSize > Integer.MAX_VALUE) {
            throw new VbusException(Status.INVALID, "a block of %d bytes: want 1..%d".formatted(byteSize, Integer.MAX_VALUE));
        }
        if (closed) {
            throw new VbusException(Status.GONE, "guest %s has left bus %s".formatted(name, busName));
        }
        Arena arena = Arena.ofShared();
        Region region = new Region(nextAddress, bytes(arena, byteSize));
        nextAddress += (byteSize + 2 * PAGE - 1) / PAGE * PAGE; // a page between two blocks is no memory
        memory.add(region);
        blocks.put(region.address(), new Mapped(region, arena));
        return new Block(region.address(), region.memory());
    }

    @Override
    public void free(Block block) {
        Mapped mapped = blocks.get(block.address());
        if (mapped != null) {
            unmap(mapped);
        }
    }

    private void unmap(Mapped mapped) {
        if (blocks.remove(mapped.region.address(), mapped)) {
            memory.remove(mapped.region);
            mapped.arena.close();
        }
    }

    private static MemorySegment bytes(Arena arena, long byteSize) {
        try {
            return arena.allocate(byteSize, PAGE);
        } catch (OutOfMemoryError e) {
            arena.close();
            throw new VbusException(Status.NO_SPACE, "a block of %d bytes: there is not so much memory".formatted(byteSize));
        }
    }

    /// After the guest left the bus nothing runs any more.
    @Override
    public void execute(Runnable task) {
        try {
            vcpu.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            // it left
        }
    }

    /// A driver that fails must not take the vCPU along.
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.WARNING, "a task of guest %s failed: %s".formatted(name, e), e);
        }
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public String bus() {
        return busName;
    }

    @Override
    public String guest() {
        return name;
    }
}
