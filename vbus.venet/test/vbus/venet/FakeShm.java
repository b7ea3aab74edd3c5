// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.lang.foreign.MemorySegment;
import java.util.function.BiFunction;
import java.util.function.Function;
import vbus.api.Shm;
import vbus.shm.Direction;
import vbus.shm.GuestMemory;
import vbus.shm.Region;
import vbus.shm.Ring;

/// A registration, whose ring is made once, as the bus does it.
final class FakeShm implements Shm {

    private final int id;
    private final MemorySegment pool;
    private final BiFunction<Direction, GuestMemory, Ring> maker;
    private Ring ring;

    /// A ring over the guest's memory only.
    FakeShm(int id, Function<Direction, Ring> maker) {
        this(id, null, (direction, memory) -> maker.apply(direction));
    }

    /// A ring; its maker is told the memory of a pool, or null for the guest's.
    FakeShm(int id, BiFunction<Direction, GuestMemory, Ring> maker) {
        this(id, null, maker);
    }

    /// A pool.
    FakeShm(int id, MemorySegment pool) {
        this(id, pool, (direction, memory) -> {
            throw new UnsupportedOperationException("a pool is no ring");
        });
    }

    private FakeShm(int id, MemorySegment pool, BiFunction<Direction, GuestMemory, Ring> maker) {
        this.id = id;
        this.pool = pool;
        this.maker = maker;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public boolean signalled() {
        return pool == null;
    }

    @Override
    public MemorySegment memory() {
        if (pool == null) {
            throw new UnsupportedOperationException("a ring is no pool");
        }
        return pool;
    }

    @Override
    public Ring ring(Direction direction) {
        return ring(direction, (GuestMemory) null);
    }

    @Override
    public Ring ring(Direction direction, Shm over) {
        final GuestMemory offsets = new GuestMemory();
        offsets.add(new Region(0, over.memory()));
        return ring(direction, offsets);
    }

    private Ring ring(Direction direction, GuestMemory memory) {
        if (ring == null) {
            ring = maker.apply(direction, memory);
        }
        return ring;
    }
}
