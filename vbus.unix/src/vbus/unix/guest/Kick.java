// SPDX-License-Identifier: Apache-2.0
package vbus.unix.guest;

import java.io.IOException;
import vbus.shm.Doorbell;
import vbus.shm.linux.Eventfd;

/// Has the host's lanes look at the guest's rings. Threads: any, also after `close`.
final class Kick implements Doorbell, AutoCloseable {

    private final Eventfd eventfd = Eventfd.create();
    private boolean closed; // guarded by this: nobody writes to a number that may be another file's by now

    Kick() throws IOException { }

    int fd() {
        return eventfd.fd();
    }

    @Override
    public synchronized void ring() {
        if (!closed) {
            eventfd.ring();
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            eventfd.close();
        }
    }
}
