// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import vbus.api.Shm;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Channel;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.Fault;
import vbus.shm.GuestMemory;
import vbus.shm.IoqRing;
import vbus.shm.Region;
import vbus.shm.Ring;

/// Guest memory that a session knows under an id: the device sees it as [Shm], the guest's connector as a registration.
///
/// The ring in it, once made, stays: new code of the device finds it at the same position.
final class Registered implements Shm, Channel.Registration {

    private static final int SIGNAL_BYTES = 16;

    private final BusSession session;
    private final int id;
    private final int priority;
    private final MemorySegment memory;
    private final int signalOffset;
    private final Doorbell guest;
    private final int kickFd;
    private Ring ring;
    private GuestMemory over; // what an IOQ's descriptors point into
    private GuestMemory offsets; // of a pool, for the rings over it

    /// A pool or an IOQ.
    Registered(BusSession session, int id, MemorySegment memory, int signalOffset, int priority, Doorbell guest, int kickFd) {
        if (signalOffset != Channel.NO_SIGNAL
            && (signalOffset < 0 || signalOffset % 4 != 0 || signalOffset > memory.byteSize() - SIGNAL_BYTES)) {
            throw new VbusException(Status.INVALID, "shm %d: signal at %d of %d bytes: want a multiple of 4 and %d bytes behind it"
                .formatted(id, signalOffset, memory.byteSize(), SIGNAL_BYTES));
        }
        if (priority < 0 || priority > 7) {
            throw new VbusException(Status.INVALID, "shm %d: priority %d: want 0..7".formatted(id, priority));
        }
        this.session = session;
        this.id = id;
        this.memory = memory;
        this.signalOffset = signalOffset;
        this.priority = priority;
        this.guest = guest;
        this.kickFd = kickFd;
    }

    /// A virtqueue.
    Registered(BusSession session, int id, Ring ring, int kickFd) {
        this.session = session;
        this.id = id;
        this.ring = ring;
        this.kickFd = kickFd;
        memory = null;
        signalOffset = Channel.NO_SIGNAL;
        priority = 0;
        guest = Doorbell.NONE;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public boolean signalled() {
        return memory == null || signalOffset != Channel.NO_SIGNAL;
    }

    @Override
    public MemorySegment memory() {
        if (memory == null) {
            throw new VbusException(Status.INVALID, "shm %d is a virtqueue: want a pool".formatted(id));
        }
        return memory;
    }

    @Override
    public Ring ring(Direction direction) {
        return ring(direction, session.member.memory());
    }

    @Override
    public Ring ring(Direction direction, Shm pool) {
        if (memory == null) {
            throw new VbusException(Status.INVALID, "shm %d is a virtqueue: want an IOQ over pool %d".formatted(id, pool.id()));
        }
        if (!(pool instanceof Registered r) || !session.registrations().contains(r)) {
            throw new VbusException(Status.INVALID, "shm %d: pool %d is not registered with %s".formatted(id, pool.id(), session.label()));
        }
        return ring(direction, r.offsets());
    }

    private synchronized Ring ring(Direction direction, GuestMemory buffers) {
        if (ring == null) {
            ring = make(direction, buffers);
            over = buffers;
        }
        if (memory != null && over != buffers) {
            throw new VbusException(Status.INVALID, "shm %d is a ring over other memory already: want it registered anew".formatted(id));
        }
        return ring;
    }

    private Ring make(Direction direction, GuestMemory buffers) {
        if (!signalled()) {
            throw new VbusException(Status.INVALID, "shm %d has no signal: a ring needs one".formatted(id));
        }
        try {
            IoqRing made = new IoqRing(memory, direction, buffers, guest, buffers != session.member.memory());
            Fault.surface(); // not in the device's code
            return made;
        } catch (IllegalArgumentException e) {
            throw new VbusException(Status.INVALID, "shm %d: %s".formatted(id, e.getMessage()));
        }
    }

    /// The memory of a pool as rings over it see it: addresses are offsets.
    private synchronized GuestMemory offsets() {
        if (signalled()) {
            throw new VbusException(Status.INVALID, "shm %d has a signal or is a virtqueue: want a pool".formatted(id));
        }
        if (offsets == null) {
            offsets = new GuestMemory();
            if (memory.byteSize() > 0) {
                offsets.add(new Region(0, memory, session.member.memory()::isIntact));
            }
        }
        return offsets;
    }

    /// The guest took it back: rings over it find nothing in it any more, the lane's next burst on.
    synchronized void gone() {
        if (offsets != null) {
            offsets.clear();
        }
    }

    /// The ring, when there is one already.
    synchronized Ring ring() {
        return ring;
    }

    /// Lets the guest's kicks reach the lane.
    void watch(Lane lane) {
        try {
            if (kickFd >= 0) {
                lane.watch(kickFd);
            }
        } catch (IOException e) {
            throw new VbusException(Status.INVALID, "shm %d: kick descriptor %d can not be watched, want an eventfd: %s"
                .formatted(id, kickFd, e.getMessage()));
        }
    }

    void unwatch(Lane lane) {
        if (kickFd >= 0) {
            lane.unwatch(kickFd);
        }
    }

    @Override
    public void kick() {
        session.group().lane().kick();
    }

    @Override
    public void close() {
        session.unregister(this);
    }
}
