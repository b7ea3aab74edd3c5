// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import vbus.shm.Burst;
import vbus.shm.Ring;

/// A ring in memory that is not there any more: what the JVM does when a guest shortens the file behind it.
final class GoneRing implements Ring {

    private final boolean take;

    /// @param take whether its memory is gone when buffers are taken, or only when they are published
    GoneRing(boolean take) {
        this.take = take;
    }

    @Override
    public int take(Burst burst, int max) {
        if (!take) {
            return 0;
        }
        throw new InternalError("a fault occurred in an unsafe memory access operation");
    }

    @Override
    public void publish() {
        throw new InternalError("a fault occurred in an unsafe memory access operation");
    }

    @Override
    public void untake(int chains) { }

    @Override
    public void complete(Burst burst, int chain, int writtenBytes) { }

    @Override
    public void revoke(String reason) { }

    @Override
    public void rollback() { }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public boolean ordered() {
        return true;
    }

    @Override
    public boolean watch() {
        return false;
    }

    @Override
    public void unwatch() { }

    @Override
    public int position() {
        return 0;
    }

    @Override
    public String fault() {
        return null;
    }

    @Override
    public long notified() {
        return 0;
    }

    @Override
    public long suppressed() {
        return 0;
    }
}
