// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import java.lang.foreign.MemorySegment;
import java.util.function.BiFunction;
import vbus.api.Shm;
import vbus.shm.Direction;
import vbus.shm.GuestMemory;
import vbus.shm.Region;
import vbus.shm.Ring;

/// A registration: a pool, or a ring that is made of the guest's memory or over a pool's.
///
/// @param memory of a pool, null for a ring
/// @param maker of a ring, told the memory of the pool, or null for the guest's
record LabShm(int id, MemorySegment memory, BiFunction<Direction, GuestMemory, Ring> maker) implements Shm {

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public boolean signalled() {
        return memory == null;
    }

    @Override
    public Ring ring(Direction direction) {
        return maker.apply(direction, null);
    }

    @Override
    public Ring ring(Direction direction, Shm pool) {
        final GuestMemory offsets = new GuestMemory();
        offsets.add(new Region(0, pool.memory()));
        return maker.apply(direction, offsets);
    }
}
