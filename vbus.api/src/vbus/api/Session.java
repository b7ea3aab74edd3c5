// SPDX-License-Identifier: Apache-2.0
package vbus.api;

import org.osgi.annotation.versioning.ProviderType;
import vbus.shm.GuestMemory;
import vbus.shm.Ring;

/// What belongs to a guest on one interface, kept by the bus: it outlives the device's code.
@ProviderType
public interface Session {

    /// Name of the guest on its bus.
    String guest();

    /// Name of the bus.
    String bus();

    /// Version of the interface that the guest asked for.
    int version();

    /// The guest's memory, for an interface whose own descriptors name guest addresses; see [vbus.shm.Gather].
    /// What lies behind an address may go between two bursts: look it up in each.
    GuestMemory memory();

    /// What the last [Connection#park] of this session left; null when the session is new.
    byte[] snapshot();

    /// Has the lane run `work` when the guest kicks `ring`, and as long as it finds something to do.
    /// Ends when the ring's registration, the connection or the session ends.
    void serve(Ring ring, Work work);

    /// Runs a task on the device's lane at a burst boundary and waits for its end: while it runs, no work of the device does.
    /// Errors: what the task throws; VbusException TIMED_OUT when the lane does not come to it in 10 s;
    /// the task then still waits, and runs should the lane go on: what it uses must stay.
    void onLane(Runnable task);

    /// Tells the guest's driver something; `kind` and `data` belong to the interface's ABI.
    /// The connector maps it to its ABI, or drops and counts it. Does not block.
    void event(int kind, byte[] data);

    /// Tells the guest's driver that the configuration space changed. Does not block.
    void configChanged();

    /// Breaks the session: the guest broke a rule. It is counted and shown with its reason; nobody else is touched.
    void fail(String reason);
}
