// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import java.lang.foreign.MemorySegment;
import vbus.api.Shm;
import vbus.shm.Direction;
import vbus.shm.Ring;

/// A registration of a ring.
///
/// @param ring the device's side of it
record BenchShm(int id, Ring ring) implements Shm {

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public boolean signalled() {
        return true;
    }

    @Override
    public MemorySegment memory() {
        throw new UnsupportedOperationException("shm %d is a ring: want no pool of it".formatted(id));
    }

    @Override
    public Ring ring(Direction direction) {
        return ring;
    }

    @Override
    public Ring ring(Direction direction, Shm pool) {
        throw new UnsupportedOperationException("shm %d is over the guest's memory: want no pool for it".formatted(id));
    }
}
