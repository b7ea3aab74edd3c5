// SPDX-License-Identifier: Apache-2.0
package vbus.api.driver;

import org.osgi.annotation.versioning.ConsumerType;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.SessionEvents;
import vbus.shm.GuestMemory;

/// A guest's own side of its connector: what the proxy bus needs to show the devices of the guest's bus to its drivers.
///
/// A service, published by a connector for each guest that runs in this container.
/// Threads: any; all events come on the guest's own thread, see `execute`.
@ConsumerType
public interface BusPort {

    /// Name of the bus.
    String bus();

    /// Name of the guest.
    String guest();

    /// Hears of devices: those that are there first, then arrivals and departures. One listener; null ends it.
    void listen(DeviceEvents events);

    /// Opens an interface by its id.
    Channel open(int id, int version, SessionEvents events);

    /// Memory that both sides see; zeroed.
    Block allocate(long byteSize);

    /// Frees a block that `allocate` made; nothing uses it any more.
    void free(Block block);

    /// The guest's memory as devices see it.
    GuestMemory memory();

    /// Runs a task on the guest's own thread (its vCPU), in order.
    void execute(Runnable task);
}
