// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import java.io.IOException;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Bus;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.api.connector.Guest;
import vbus.api.view.Event.Kind;
import vbus.shm.GuestMemory;
import vbus.shm.linux.UnixSocket;

/// A front-end from its connection to its end. Whatever it does ends here: no exception leaves, nothing stays open.
///
/// Threads: `serve` is the protocol thread; what happens to the session comes from any.
final class Connection implements VirtioSession.Owner {

    private final Endpoint endpoint;
    private final Bus bus;
    private final UnixSocket socket;
    private final Backend backend;

    /// A connection over `socket`, which stays the caller's, to the device behind `offer`.
    Connection(Endpoint endpoint, Bus bus, Guest guest, GuestMemory memory, Offer offer, UnixSocket socket) {
        this.endpoint = endpoint;
        this.bus = bus;
        this.socket = socket;
        backend = new Backend(() -> VirtioSession.open(guest, offer, this), memory);
    }

    /// Serves until the front-end leaves, breaks a rule, or the socket is shut down.
    void serve() {
        try (backend) {
            new Frontend(socket, backend).serve();
        } catch (Violation e) {
            violated(e.getMessage());
        } catch (InternalError e) { // how Java tells of a page that is not there
            violated("the file behind the guest's memory became shorter than " + Request.SET_MEM_TABLE + " said");
        } catch (VbusException e) {
            if (e.status() != Status.GONE) { // else the device just leaves
                bus.report(Kind.REFUSED, endpoint.name(), "device %s: %s".formatted(endpoint.device(), e.getMessage()));
            }
        } catch (IOException e) {
            // the front-end died while it was answered
        } catch (RuntimeException e) {
            bus.report(Kind.LOG, endpoint.name(), "socket %s: %s".formatted(endpoint.path(), e));
        }
    }

    /// A message that was cut by our own shutdown is nobody's fault.
    private void violated(String message) {
        if (!socket.isShut()) {
            bus.report(Kind.PROTOCOL, endpoint.name(), message);
        }
    }

    @Override
    public void broken() {
        backend.error();
    }

    @Override
    public void closed() {
        socket.shutdown();
    }

    @Override
    public void dropped(String what) {
        bus.report(Kind.DROPPED, endpoint.name(), what + ": vhost-user has no place for it");
    }
}
