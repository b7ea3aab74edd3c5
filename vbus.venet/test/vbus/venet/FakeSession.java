// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import vbus.api.Session;
import vbus.api.Work;
import vbus.shm.GuestMemory;
import vbus.shm.Ring;

/// A session without a bus.
final class FakeSession implements Session {

    private final String guest;
    private final FakeLane lane;
    private final GuestMemory memory;
    int version = 1;
    byte[] snapshot;
    String failure;

    FakeSession(String guest, FakeLane lane, GuestMemory memory) {
        this.guest = guest;
        this.lane = lane;
        this.memory = memory;
    }

    @Override
    public String guest() {
        return guest;
    }

    @Override
    public String bus() {
        return "lab";
    }

    @Override
    public int version() {
        return version;
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public byte[] snapshot() {
        return snapshot;
    }

    @Override
    public void serve(Ring ring, Work work) {
        lane.add(new FakeLane.Source(this, ring, work));
    }

    @Override
    public void onLane(Runnable task) {
        task.run();
    }

    @Override
    public void event(int kind, byte[] data) { }

    @Override
    public void configChanged() { }

    @Override
    public void fail(String reason) {
        failure = reason;
        lane.end(this);
    }
}
