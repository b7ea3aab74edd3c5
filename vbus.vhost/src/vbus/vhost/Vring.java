// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import vbus.api.connector.Channel;
import vbus.shm.Doorbell;
import vbus.shm.Fault;
import vbus.shm.GuestMemory;
import vbus.shm.RingFeatures;
import vbus.shm.SplitQueue;
import vbus.shm.SplitRing;
import vbus.shm.linux.ErrnoException;
import vbus.shm.linux.Eventfd;

/// A virtqueue as the front-end describes it, piece by piece, and the ring that runs when all pieces are there.
///
/// ```
///   num, addr, base, kick, enable      start         lane serves it        stop
///        in any order        ─▶ complete ─▶ SplitRing registered ─▶ position kept in `base`
///                                   ▲                                  │  kick, num, addr, base, table, disable, GET_VRING_BASE
///                                   └──────────────────────────────────┘
/// ```
/// Ownership: holds its eventfds until they are replaced, or until `close`.
/// Threads: the protocol thread; `error` any.
final class Vring implements AutoCloseable {

    private final int index;
    private int size;
    private int base;
    private boolean located;
    private long table;
    private long avail;
    private long used;
    private boolean enabled;
    private Eventfd kick;
    private Eventfd call;
    private boolean called;
    private Eventfd err; // guarded by this
    private SplitRing ring;
    private Channel.Registration registration;

    Vring(int index) {
        this.index = index;
    }

    // ---- what is set while the ring stands still

    void size(int descriptors) {
        size = descriptors;
    }

    void base(int position) {
        base = position;
    }

    /// Where the ring continues: its position when it stood still last.
    int base() {
        return base;
    }

    /// Addresses of the front-end's process.
    void located(long tableAddress, long availAddress, long usedAddress) {
        table = tableAddress;
        avail = availAddress;
        used = usedAddress;
        located = true;
    }

    void enabled(boolean on) {
        enabled = on;
    }

    /// The eventfd of the guest's kicks; null forgets it, so that the ring does not start before there is a new one.
    void kick(Eventfd next) {
        if (kick != null) {
            kick.close();
        }
        kick = next;
    }

    // ---- what may be set while it runs

    /// The eventfd that interrupts the guest; null when the guest polls.
    ///
    /// The first one's number stays until the end: a lane may be ringing it at this moment, see [Eventfd#become].
    void call(Eventfd next) throws ErrnoException {
        called = next != null;
        if (call == null) {
            call = next;
        } else if (next != null) {
            call.become(next);
        }
        if (ring != null) {
            ring.guest(doorbell());
        }
    }

    /// The eventfd that tells the front-end of an error; null when it does not want to know.
    synchronized void err(Eventfd next) {
        if (err != null) {
            err.close();
        }
        err = next;
    }

    /// Tells the front-end that the ring is in error. Does not block.
    synchronized void error() {
        if (err != null) {
            err.ring();
        }
    }

    // ---- run

    boolean isRunning() {
        return registration != null;
    }

    /// True when nothing is missing but the memory. `always`: the front-end does not know how to enable.
    boolean isComplete(boolean always) {
        return size > 0 && located && kick != null && (enabled || always);
    }

    /// Has the lane serve a complete ring from `base` on.
    /// Errors: Violation when it is not inside `memory`; what the channel says.
    void start(Channel channel, MemoryTable memory, GuestMemory guest) throws Violation {
        try {
            SplitQueue queue = SplitQueue.at(size, table, avail, used, memory::user);
            SplitRing next = new SplitRing(queue, RingFeatures.NONE, guest, base, doorbell());
            Fault.surface(); // here, and not in the device's code
            registration = channel.queue(index, next, kick.fd());
            ring = next;
        } catch (IllegalArgumentException e) {
            throw new Violation("%s: %s", this, e.getMessage());
        }
        registration.kick(); // what the guest offered before may not be announced again
    }

    /// Returns when no lane uses the ring. It may start again.
    void stop() {
        if (registration == null) {
            return;
        }
        Channel.Registration ended = registration;
        registration = null;
        try {
            ended.close();
        } finally {
            base = ring.position();
            ring = null;
        }
    }

    /// Closes the eventfds of a ring that stands still.
    @Override
    public void close() {
        kick(null);
        err(null);
        if (call != null) {
            call.close();
            call = null;
        }
    }

    @Override
    public String toString() {
        return "vring %d of %d descriptors".formatted(index, size);
    }

    private Doorbell doorbell() {
        return called ? call : Doorbell.NONE;
    }
}
