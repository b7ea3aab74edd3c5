// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import java.util.ArrayList;
import java.util.List;
import vbus.api.Session;
import vbus.api.Work;
import vbus.shm.GuestMemory;
import vbus.shm.Ring;

/// A session without a bus: it keeps the device's work, for the thread that plays the lane.
///
/// Threads: made and used before the lane runs; a failure is the lane's.
final class BenchSession implements Session {

    private final String guest;
    private final int version;
    private final GuestMemory memory;
    private final List<Work> works = new ArrayList<>();

    BenchSession(String guest, int version, GuestMemory memory) {
        this.guest = guest;
        this.version = version;
        this.memory = memory;
    }

    List<Work> works() {
        return List.copyOf(works);
    }

    @Override
    public String guest() {
        return guest;
    }

    @Override
    public String bus() {
        return "bench";
    }

    @Override
    public int version() {
        return version;
    }

    @Override
    public byte[] snapshot() {
        return null;
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public void serve(Ring ring, Work work) {
        works.add(work);
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
        throw new IllegalStateException(guest + " was broken: " + reason);
    }
}
