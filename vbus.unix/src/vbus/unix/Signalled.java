// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import vbus.api.connector.Channel;
import vbus.shm.linux.Eventfd;
import vbus.unix.protocol.EventLayout;

/// Shared memory that a guest registered, by its handle, with the one event that tells of its signal and at last of its end.
///
/// Threads: any.
final class Signalled implements Handles.Handled {

    private final int handle;
    private final Opened session;
    private final long cookie;
    private final EventQueues queues;
    private final Eventfd kick;
    private final Runnable release;
    private final Event event;
    private Channel.Registration registration; // guarded by this

    /// @param kick a descriptor of its own of the guest's kick eventfd; this object's from now on
    /// @param release gives the registered memory back; run once, by `drop`
    Signalled(int handle, Opened session, int vcpu, int priority, long cookie, EventQueues queues, Eventfd kick, Runnable release) {
        this.handle = handle;
        this.session = session;
        this.cookie = cookie;
        this.queues = queues;
        this.kick = kick;
        this.release = release;
        event = Event.of(vcpu, priority, EventLayout.SHMSIGNAL, cookie);
    }

    @Override
    public int handle() {
        return handle;
    }

    Opened session() {
        return session;
    }

    /// The device's doorbell. Threads: any, the lanes' among them; allocates nothing.
    void raise() {
        queues.tell(event);
    }

    synchronized void registration(Channel.Registration made) {
        registration = made;
    }

    /// Takes the memory back from the device: when this returns no lane uses it for this session.
    synchronized void unregister() {
        if (registration != null) {
            registration.close();
            registration = null;
        }
    }

    /// Lets go of what it holds, once no device has it.
    void drop() {
        kick.close();
        release.run();
    }

    /// After its end: tells the guest, whose cookie is free now.
    void ended() {
        drop();
        event.become(Event.numbered(EventLayout.SHMCLOSE, cookie));
        queues.tell(event);
    }
}
