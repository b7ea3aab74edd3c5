// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import java.time.Duration;
import vbus.api.connector.Bus;
import vbus.api.connector.Connector;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.Guest;
import vbus.shm.GuestMemory;

/// Brings one guest to a bus by a socket, on which it serves one virtio device.
///
/// Threads: as [Connector] and [DeviceEvents] say; the socket has a thread of its own.
final class VhostConnector implements Connector, DeviceEvents {

    private static final String VIRTIO = "virtio-";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Endpoint endpoint;
    private volatile Listener listener;
    private Guest guest;
    private Thread thread;

    VhostConnector(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public void join(Bus bus) {
        GuestMemory memory = new GuestMemory();
        Listener next = new Listener(endpoint, bus, memory);
        listener = next;
        Guest member = bus.attach(endpoint.guest(), memory, this);
        guest = member;
        thread = Thread.ofPlatform().daemon().name("vbus vhost " + endpoint.name()).start(() -> next.run(member));
    }

    /// Lets the protocol thread end what it serves. One that is stuck, because a device does not answer, gets its end from the
    /// bus.
    @Override
    public void leave() {
        listener.stop();
        try {
            thread.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        guest.close();
    }

    @Override
    public void added(Offer offer) {
        if (serves(offer)) {
            listener.offer(offer);
        }
    }

    @Override
    public void dropped(Offer offer) {
        if (serves(offer)) {
            listener.withdraw(offer);
        }
    }

    private boolean serves(Offer offer) {
        return offer.device().equals(endpoint.device()) && offer.type().startsWith(VIRTIO);
    }
}
