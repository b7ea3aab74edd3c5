// SPDX-License-Identifier: Apache-2.0
package vbus.bench.detach;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import vbus.api.Connection;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.Session;
import vbus.api.Shm;
import vbus.bench.ring.SharedRing;
import vbus.shm.Burst;
import vbus.shm.Direction;
import vbus.shm.Ring;

/// A device that copies out what guests send, and throws it away.
final class DrainDevice implements Device {

    static final int VERSION = 1;

    private static final int BURST = 32;

    @Override
    public List<DeviceInterface> link(String bus) {
        return List.of(new DeviceInterface("drain", VERSION, Drain::new));
    }

    private static final class Drain implements Connection {

        private final Session session;
        private final Burst burst = new Burst(BURST, BURST);
        private final MemorySegment message = Arena.ofAuto().allocate(SharedRing.MESSAGE_BYTES, 8);

        Drain(Session session) {
            this.session = session;
        }

        @Override
        public int call(int function, MemorySegment data) {
            return function;
        }

        @Override
        public void shm(Shm shm) {
            final Ring ring = shm.ring(Direction.TO_DEVICE);
            session.serve(ring, budget -> run(ring));
        }

        private int run(Ring ring) {
            final int n = ring.take(burst, BURST);
            for (int chain = 0; chain < n; chain++) {
                burst.read(chain, 0, message, 0, SharedRing.MESSAGE_BYTES);
            }
            if (n > 0) {
                ring.completeRead(burst, 0, n);
                ring.publish();
            }
            return n;
        }
    }
}
