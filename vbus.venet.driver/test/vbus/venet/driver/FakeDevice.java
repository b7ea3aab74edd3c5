// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.driver.Block;
import vbus.api.driver.DeviceProxy;
import vbus.shm.Burst;
import vbus.shm.Direction;
import vbus.shm.DriverRing;
import vbus.shm.GuestMemory;
import vbus.shm.Ioq;
import vbus.shm.IoqDriver;
import vbus.shm.IoqRing;
import vbus.shm.Region;
import vbus.shm.Ring;
import vbus.shm.Side;
import vbus.shm.Signal;

/// A proxy with the device right behind it: real rings, and a test that plays the device.
final class FakeDevice implements DeviceProxy {

    final List<String> calls = new ArrayList<>();
    final Ring[] rings = new Ring[2];
    final int[] signals = new int[2];
    boolean left;
    private final Arena arena = Arena.ofAuto();
    private final GuestMemory memory = new GuestMemory();
    private final Burst burst = new Burst(256, 512);
    private final Runnable[] onSignal = new Runnable[2];
    private final boolean[] rung = new boolean[2];
    private long nextAddress = 0x1_0000;

    @Override
    public void open(int version) {
        calls.add("open " + version);
    }

    @Override
    public int call(int function, MemorySegment data) {
        if (left) {
            throw new VbusException(Status.GONE, "the device left");
        }
        calls.add("call " + function);
        if (function == 3) {
            data.set(ValueLayout.JAVA_INT_UNALIGNED, 4, 0); // as the first version: no group has a bit
        }
        if (function == 2) {
            data.copyFrom(MemorySegment.ofArray(new byte[] {2, 0x76, 0x62, 1, 2, 3}));
        }
        return 0;
    }

    @Override
    public Block allocate(long byteSize) {
        Region region = new Region(nextAddress, arena.allocate(byteSize, 4096));
        nextAddress = region.end() + 4096 & -4096L;
        memory.add(region);
        return new Block(region.address(), region.memory());
    }

    @Override
    public DriverRing ring(int id, int count, Direction direction, int priority, Runnable run) {
        MemorySegment ring = allocate(Ioq.byteSize(count)).memory();
        Ioq.format(ring, count);
        onSignal[id] = run;
        DriverRing driver = new IoqDriver(ring, direction, new Signal(Ioq.signal(ring), Side.NORTH, () -> { }));
        rings[id] = new IoqRing(ring, direction, memory, () -> {
            signals[id]++;
            rung[id] = true;
        });
        return driver;
    }

    /// Puts frames into receive buffers and signals; the driver hears of it with [#guestRuns].
    int deliver(byte[]... frames) {
        int n = Math.max(0, rings[0].take(burst, frames.length));
        for (int i = 0; i < n; i++) {
            burst.write(i, 0, MemorySegment.ofArray(frames[i]), 0, frames[i].length);
            rings[0].complete(burst, i, frames[i].length);
        }
        rings[0].publish();
        return n;
    }

    /// The guest's thread comes to the signals.
    void guestRuns() {
        for (int id = 0; id < 2; id++) {
            if (rung[id]) {
                rung[id] = false;
                onSignal[id].run();
            }
        }
    }

    /// Takes the frames that the driver sent.
    List<byte[]> sent() {
        List<byte[]> frames = new ArrayList<>();
        int n = rings[1].take(burst, 256);
        for (int i = 0; i < n; i++) {
            byte[] frame = new byte[(int) burst.readable(i)];
            burst.read(i, 0, MemorySegment.ofArray(frame), 0, frame.length);
            frames.add(frame);
            rings[1].complete(burst, i, 0);
        }
        rings[1].publish();
        return frames;
    }

    @Override
    public String type() {
        return "virtual-ethernet";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public int id() {
        return 0;
    }

    @Override
    public String device() {
        return "lan0";
    }

    @Override
    public String bus() {
        return "lab";
    }

    @Override
    public String guest() {
        return "alice";
    }

    @Override
    public void shm(int id, Block pool) {
        throw new UnsupportedOperationException("the driver has no pools");
    }

    @Override
    public void close() {
        calls.add("close");
    }
}
