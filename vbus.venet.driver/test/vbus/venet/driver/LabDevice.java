// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import vbus.api.Connection;
import vbus.api.driver.Block;
import vbus.api.driver.DeviceProxy;
import vbus.shm.Direction;
import vbus.shm.DriverRing;
import vbus.shm.GuestMemory;
import vbus.shm.Ioq;
import vbus.shm.IoqDriver;
import vbus.shm.IoqRing;
import vbus.shm.Region;
import vbus.shm.Side;
import vbus.shm.Signal;
import vbus.venet.protocol.VirtualEthernet;

/// A proxy of the lab's switch: what the driver does arrives at the real device.
final class LabDevice implements DeviceProxy {

    final GuestMemory memory = new GuestMemory();
    Connection port;
    private final Lab lab;
    private final String guest;
    private final Arena arena = Arena.ofAuto();
    private final List<Runnable> wakeups = new ArrayList<>();
    private long nextAddress = 0x1_0000;
    private boolean rung;

    LabDevice(Lab lab, String guest) {
        this.lab = lab;
        this.guest = guest;
    }

    @Override
    public void open(int version) {
        port = lab.open(VirtualEthernet.TYPE, guest, memory);
    }

    @Override
    public int call(int function, MemorySegment data) {
        return port.call(function, data);
    }

    @Override
    public Block allocate(long byteSize) {
        Region region = new Region(nextAddress, arena.allocate(byteSize, 4096));
        nextAddress = region.end() + 8191 & -4096L; // a page between is no memory
        memory.add(region);
        return new Block(region.address(), region.memory());
    }

    @Override
    public void shm(int id, Block pool) {
        port.shm(new LabShm(id, pool.memory(), null));
    }

    @Override
    public DriverRing ring(int id, int count, Direction direction, int priority, Runnable onSignal) {
        MemorySegment ring = allocate(Ioq.byteSize(count)).memory();
        Ioq.format(ring, count);
        Signal signal = new Signal(Ioq.signal(ring), Side.NORTH, () -> { });
        wakeups.add(() -> signal.wakeup(onSignal));
        DriverRing driver = new IoqDriver(ring, direction, signal);
        port.shm(new LabShm(id, null, (d, pool) -> new IoqRing(ring, d, pool == null ? memory : pool, () -> rung = true, pool != null)));
        return driver;
    }

    /// The guest's thread comes to the signals.
    void guestRuns() {
        while (rung) {
            rung = false;
            wakeups.forEach(Runnable::run);
        }
    }

    @Override
    public String type() {
        return VirtualEthernet.TYPE;
    }

    @Override
    public int version() {
        return VirtualEthernet.VERSION;
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
        return guest;
    }

    @Override
    public void close() {
        port.close();
    }
}
