// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.concurrent.atomic.AtomicInteger;
import vbus.shm.Burst;
import vbus.shm.Ring;

/// A ring in which nothing ever is: who looks at it looks because of a kick.
class IdleRing implements Ring {

    private final AtomicInteger watched = new AtomicInteger();
    private final AtomicInteger unwatched = new AtomicInteger();

    /// Until the lane asked for kicks and did not take that back: it sleeps, or is about to.
    final void awaitSleep() {
        Await.that("a lane that sleeps", () -> watched.get() > unwatched.get());
    }

    @Override
    public boolean watch() {
        watched.incrementAndGet();
        return false;
    }

    @Override
    public void unwatch() {
        unwatched.incrementAndGet();
    }

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
    public int take(Burst burst, int max) {
        return 0;
    }

    @Override
    public void untake(int chains) { }

    @Override
    public void complete(Burst burst, int chain, int writtenBytes) { }

    @Override
    public void publish() { }

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
