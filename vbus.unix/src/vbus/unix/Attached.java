// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Bus;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.Guest;
import vbus.api.view.Event.Kind;
import vbus.shm.Direction;
import vbus.shm.Ioq;
import vbus.shm.IoqRing;
import vbus.shm.Region;
import vbus.shm.linux.Eventfd;
import vbus.unix.protocol.EventLayout;
import vbus.unix.protocol.SlotLayout;

/// All that one guest has: from a NEGOTIATE to the next, or to its end.
///
/// ```
///   memory ─ event queues, call slots (sealed) ─▶ ready: member of the bus ─▶ sessions ─▶ registrations
/// ```
/// Threads: control by the guest's protocol thread; `open`, `shm` and their like also by its call slots; events by any.
final class Attached implements DeviceEvents, AutoCloseable {

    private static final int TOP = EventQueues.PRIORITIES - 1;

    private final String name;
    private final Bus bus;
    private final Eventfd kick;
    private final Consumer<String> violated;
    private final HostMemory memory = new HostMemory();
    private final EventQueues queues = new EventQueues();
    private final EventBudget budget;
    private final Refusals refusals;
    private final Handles<Opened> sessions = new Handles<>("session");
    private final Handles<Signalled> registrations = new Handles<>("registration");
    private final Map<Integer, Offer> offers = new ConcurrentHashMap<>();
    private final List<SlotServer> slots = new CopyOnWriteArrayList<>();
    private final List<Eventfd> wakes = new CopyOnWriteArrayList<>();
    private final long spinNanos;
    private volatile Guest guest;

    /// @param kick eventfd that the guest writes to kick its rings; this object's from now on
    /// @param violated told when the guest broke a rule; must not block
    Attached(String name, Bus bus, Eventfd kick, long spinNanos, Consumer<String> violated) {
        this.name = name;
        this.bus = bus;
        this.kick = kick;
        this.spinNanos = spinNanos;
        this.violated = violated;
        refusals = new Refusals(bus, name);
        budget = new EventBudget(what -> bus.report(Kind.DROPPED, name, what));
    }

    HostMemory memory() {
        return memory;
    }

    String name() {
        return name;
    }

    /// Takes a region from the guest: when this returns nobody uses it. Errors: BUSY while a slot or a queue lies in it.
    void forget(long address) {
        Region region = memory.hide(address);
        Guest member = guest;
        if (member != null) {
            member.settle();
        }
        memory.unmap(region);
    }

    /// Adds an event queue. @param wake rings the guest; this object's once it returned
    void queue(int vcpu, int priority, long address, int count, Eventfd wake) {
        if (vcpu < 0 || vcpu >= EventQueues.VCPUS || priority < 0 || priority >= EventQueues.PRIORITIES || count < 1
            || count > Ioq.MAX_COUNT) {
            throw new VbusException(Status.INVALID, "event queue of vCPU %d, priority %d, %d slots: want 0..%d, 0..%d, 1..%d"
                .formatted(vcpu, priority, count, EventQueues.VCPUS - 1, TOP, Ioq.MAX_COUNT));
        }
        MemorySegment bytes = memory.sealed("event queue", address, Ioq.byteSize(count), 8);
        IoqRing ring;
        try {
            ring = new IoqRing(bytes, Direction.FROM_DEVICE, memory.sealed(), wake);
        } catch (IllegalArgumentException e) {
            throw new VbusException(Status.INVALID, "event queue: " + e.getMessage());
        }
        if (!queues.add(vcpu, priority, ring, violated)) {
            throw new VbusException(Status.EXISTS, "vCPU %d has an event queue of priority %d".formatted(vcpu, priority));
        }
        memory.pin(address);
        wakes.add(wake);
    }

    /// Serves a call slot from now on. @param host wakes its thread @param wake wakes the guest; both this object's once it returned
    void slot(int vcpu, long address, Eventfd host, Eventfd wake) {
        if (vcpu < 0 || vcpu >= EventQueues.VCPUS || slots.stream().anyMatch(s -> s.vcpu() == vcpu)) {
            throw new VbusException(Status.EXISTS, "call slot of vCPU %d: want one each for 0..%d"
                .formatted(vcpu, EventQueues.VCPUS - 1));
        }
        MemorySegment bytes = memory.sealed("call slot", address, SlotLayout.BYTES, SlotLayout.BYTES);
        try {
            slots.add(new SlotServer(this, vcpu, bytes, address, host, wake, spinNanos));
        } catch (IOException e) {
            throw new VbusException(Status.NO_SPACE, "call slot of vCPU %d: %s".formatted(vcpu, e.getMessage()));
        }
        memory.pin(address);
    }

    /// The guest joins the bus and hears of its devices.
    synchronized void ready() {
        if (guest != null || !queues.isComplete()) {
            throw new VbusException(Status.INVALID, "ready: want it once, with an event queue of vCPU 0");
        }
        guest = bus.attach(name, memory.all(), this);
    }

    /// Waits while the guest joins: it may open a device as soon as it hears of it. Errors: PERMISSION before.
    private synchronized Guest member() {
        if (guest == null) {
            throw new VbusException(Status.PERMISSION, "the guest is not ready yet");
        }
        return guest;
    }

    void pump() {
        queues.pump();
    }

    // ---- bus calls

    Offer offer(int id) {
        Offer offer = offers.get(id);
        if (offer == null) {
            throw new VbusException(Status.NOT_FOUND, "bus %s has no interface %d".formatted(bus.name(), id));
        }
        return offer;
    }

    Opened open(int id, int version) {
        checkCrowd();
        Opened opened = sessions.add(handle -> new Opened(handle, queues, budget));
        try {
            opened.channel(member().open(id, version, opened));
            return opened;
        } catch (RuntimeException e) {
            sessions.remove(opened);
            throw e;
        }
    }

    /// Errors: NOT_FOUND, also while it is being opened.
    Opened session(long handle) {
        Opened opened = sessions.get(handle);
        if (opened.channel() == null) {
            throw new VbusException(Status.NOT_FOUND, "session: handle 0x%x: it is being opened".formatted(handle));
        }
        return opened;
    }

    /// Errors: TIMED_OUT when its device does not let go of it; it is still there then, to be closed again.
    void close(Opened session) {
        synchronized (session) { // what is registered meanwhile is seen below, or finds the session closed
            try {
                session.channel().close();
            } catch (VbusException e) {
                bus.report(Kind.LOG, name, "a session does not end yet: " + e.getMessage());
                throw e;
            }
            if (sessions.remove(session)) {
                registrations.all().stream().filter(r -> r.session() == session && registrations.remove(r)).forEach(Signalled::ended);
            }
        }
    }

    /// Registers `length` bytes at a guest address; the result is the registration's handle.
    int shm(Opened session, int id, long address, long length, int vcpu, int signalOffset, int priority, long cookie) {
        if (vcpu < 0 || vcpu >= EventQueues.VCPUS || priority < 0 || priority > TOP) {
            throw new VbusException(Status.INVALID, "shm %d: vCPU %d, priority %d: want 0..%d, 0..%d"
                .formatted(id, vcpu, priority, EventQueues.VCPUS - 1, TOP));
        }
        checkCrowd();
        synchronized (session) {
            MemorySegment bytes = memory.pinned(address, length);
            Signalled signalled;
            Eventfd own = null;
            try {
                Eventfd fd = own = duplicate();
                signalled = registrations.add(h ->
                    new Signalled(h, session, vcpu, priority, cookie, queues, fd, () -> memory.unpin(address)));
            } catch (VbusException e) {
                memory.unpin(address);
                if (own != null) {
                    own.close();
                }
                throw e;
            }
            boolean taken = false;
            try {
                int fd = signalOffset == Channel.NO_SIGNAL ? Channel.NO_FD : own.fd();
                signalled.registration(session.channel().shm(id, bytes, signalOffset, priority, signalled::raise, fd));
                taken = true;
                return signalled.handle();
            } finally {
                if (!taken && registrations.remove(signalled)) {
                    signalled.drop();
                }
            }
        }
    }

    void unshm(long handle) {
        Signalled signalled = registrations.get(handle);
        synchronized (signalled.session()) {
            signalled.unregister();
            if (registrations.remove(signalled)) {
                signalled.ended();
            }
        }
    }

    /// What ends leaves an event behind, so a guest that takes none must not begin anything for ever.
    private void checkCrowd() {
        if (queues.isCrowded()) {
            throw new VbusException(Status.NO_SPACE, "%d events wait: want event slots lent first".formatted(queues.waiting()));
        }
    }

    private Eventfd duplicate() {
        try {
            return kick.duplicate();
        } catch (IOException e) {
            throw new VbusException(Status.NO_SPACE, "the host has no more descriptors: " + e.getMessage());
        }
    }

    // ---- what the bus tells

    @Override
    public void added(Offer offer) {
        offers.put(offer.id(), offer);
        queues.tell(new Event(0, TOP, bytes -> {
            Event.numbered(EventLayout.DEVADD, offer.id()).accept(bytes);
            EventLayout.text(bytes, EventLayout.TEXT, EventLayout.TEXT_BYTES, offer.type());
        }));
    }

    @Override
    public void dropped(Offer offer) {
        offers.remove(offer.id());
        queues.tell(Event.of(0, TOP, EventLayout.DEVDROP, offer.id()));
    }

    /// The guest broke a rule: its connection ends. Threads: any; does not block.
    void violated(String what) {
        violated.accept(what);
    }

    /// The guest asked something in vain; it was told, too.
    void refused(String why) {
        refusals.add(why);
    }

    /// A call failed in a way that no device should; the guest was told that it is broken.
    void failed(RuntimeException e) {
        bus.report(Kind.LOG, name, "a bus call failed: " + e);
    }

    /// What an access to its memory that the system refused says of the guest; null when it can not be the guest's doing.
    String faulted() {
        return !memory.canShrink() ? null
            : "an access to its memory failed: the file behind it became shorter, or its file system is full: want sealed files";
    }

    /// Ends everything; to be tried again when the bus does not let go.
    /// Errors: VbusException TIMED_OUT when a device or its lane is stuck with the guest's memory: everything stays mapped then.
    @Override
    public void close() {
        slots.forEach(SlotServer::stop);
        if (guest != null) {
            guest.close();
        }
        slots.forEach(SlotServer::join);
        queues.close(); // the bus may still be telling it of a device
        slots.forEach(SlotServer::close);
        registrations.all().stream().filter(registrations::remove).forEach(Signalled::drop);
        wakes.forEach(Eventfd::close);
        kick.close();
        memory.close();
    }
}
