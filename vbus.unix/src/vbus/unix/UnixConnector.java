// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import vbus.api.connector.Bus;
import vbus.api.connector.Connector;

/// Brings the guest processes of one socket to a bus. Threads: as [Connector] says.
final class UnixConnector implements Connector {

    private final Endpoint endpoint;
    private Listener listener;

    UnixConnector(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public void join(Bus bus) {
        Listener next = new Listener(endpoint, bus);
        listener = next;
        Thread.ofPlatform().daemon().name("vbus unix socket " + endpoint.name()).start(next::run);
    }

    @Override
    public void leave() {
        listener.stop();
    }
}
