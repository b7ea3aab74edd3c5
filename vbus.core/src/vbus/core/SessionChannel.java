// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.lang.foreign.MemorySegment;
import vbus.api.connector.Channel;
import vbus.shm.Doorbell;
import vbus.shm.Ring;

/// The guest's end of a session.
record SessionChannel(BusSession session) implements Channel {

    @Override
    public int call(int function, MemorySegment data) {
        return session.call(function, data);
    }

    @Override
    public Registration shm(int id, MemorySegment memory, int signalOffset, int priority, Doorbell guest, int kickFd) {
        return session.register(new Registered(session, id, memory, signalOffset, priority, guest, kickFd));
    }

    @Override
    public Registration queue(int id, Ring ring, int kickFd) {
        return session.register(new Registered(session, id, ring, kickFd));
    }

    @Override
    public void close() {
        session.close();
    }
}
