// SPDX-License-Identifier: Apache-2.0
package vbus.api.connector;

import org.osgi.annotation.versioning.ProviderType;
import vbus.api.view.Event;
import vbus.shm.GuestMemory;

/// A named scope: the devices that its guests may see, and their ids.
@ProviderType
public interface Bus {

    /// Its name.
    String name();

    /// Makes a guest a member of the bus. The devices that are there are replayed to `events` before this returns.
    /// Several attachments may carry the same guest's name; together they open each interface at most once.
    /// Ownership: the memory is the connector's, who keeps it mapped until [Guest#close] has returned.
    Guest attach(String guest, GuestMemory memory, DeviceEvents events);

    /// Counts and shows something that happened to `subject`, a name that people know it by.
    void report(Event.Kind kind, String subject, String message);
}
