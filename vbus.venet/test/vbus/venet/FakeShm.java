// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import vbus.api.Shm;
import vbus.shm.Direction;
import vbus.shm.Ring;

/// A registration, whose ring is made once, as the bus does it.
final class FakeShm implements Shm {

    private final int id;
    private final Function<Direction, Ring> maker;
    private Ring ring;

    FakeShm(int id, Function<Direction, Ring> maker) {
        this.id = id;
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
        return true;
    }

    @Override
    public MemorySegment memory() {
        throw new UnsupportedOperationException("the switch has no pools");
    }

    @Override
    public Ring ring(Direction direction) {
        if (ring == null) {
            ring = maker.apply(direction);
        }
        return ring;
    }
}
