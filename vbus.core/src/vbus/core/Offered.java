// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import vbus.api.DeviceInterface;
import vbus.api.connector.DeviceEvents.Offer;

/// An interface on a bus. It stays while the device's code is replaced; what makes connections is the code's and does not.
///
/// Threads: guarded by its slot.
final class Offered {

    final Offer offer;
    final DeviceSlot slot;
    final DeviceBus bus;
    volatile boolean withdrawn;
    private volatile DeviceInterface.Opener opener;

    Offered(Offer offer, DeviceSlot slot, DeviceBus bus) {
        this.offer = offer;
        this.slot = slot;
        this.bus = bus;
    }

    boolean matches(DeviceInterface i) {
        return offer.type().equals(i.type()) && offer.version() == i.version();
    }

    void serveBy(DeviceInterface.Opener code) {
        opener = code;
    }

    /// Makes connections; null while there is no code.
    DeviceInterface.Opener opener() {
        return opener;
    }

    /// What people know it by.
    String label() {
        return bus.name() + "/" + offer.device() + " " + offer.type();
    }
}
