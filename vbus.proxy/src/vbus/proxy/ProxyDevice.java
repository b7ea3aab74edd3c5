// SPDX-License-Identifier: Apache-2.0
package vbus.proxy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.api.connector.SessionEvents;
import vbus.api.driver.Block;
import vbus.api.driver.BoundDriver;
import vbus.api.driver.BusPort;
import vbus.api.driver.DeviceProxy;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.DriverRing;
import vbus.shm.Ioq;
import vbus.shm.IoqDriver;
import vbus.shm.Side;
import vbus.shm.Signal;

/// A device as a driver sees it, over whatever connector its guest has.
///
/// Threads: as [DeviceProxy] says; no lock is held while the device is asked, but by `open` and `close`.
final class ProxyDevice implements DeviceProxy, SessionEvents {

    private static final int IOQ_SIGNAL_OFFSET = 8;

    private final BusPort port;
    private final Offer offer;
    private final ProxyBus.Showcase showcase;
    private final List<Block> blocks = new ArrayList<>();
    private volatile Channel channel;
    private volatile BoundDriver bound;

    ProxyDevice(BusPort port, Offer offer, ProxyBus.Showcase showcase) {
        this.port = port;
        this.offer = offer;
        this.showcase = showcase;
    }

    @Override
    public synchronized void open(int version) {
        if (channel != null) {
            throw new VbusException(Status.BUSY, this + " is open already");
        }
        channel = port.open(offer.id(), version, this);
    }

    @Override
    public int call(int function, MemorySegment data) {
        return channel().call(function, data);
    }

    @Override
    public synchronized Block allocate(long byteSize) {
        channel();
        Block block = port.allocate(byteSize);
        blocks.add(block);
        return block;
    }

    @Override
    public void shm(int id, Block pool) {
        channel().shm(id, pool.memory(), Channel.NO_SIGNAL, 0, Doorbell.NONE);
    }

    @Override
    public DriverRing ring(int id, int count, Direction direction, int priority, Runnable onSignal) {
        MemorySegment memory = allocate(Ioq.byteSize(count)).memory();
        Ioq.format(memory, count);
        Kick kick = new Kick();
        Signal signal = new Signal(Ioq.signal(memory), Side.NORTH, kick);
        DriverRing ring = new IoqDriver(memory, direction, signal);
        Channel registered = channel();
        Runnable wakeup = () -> wakeup(registered, signal, onSignal);
        kick.registration = registered.shm(id, memory, IOQ_SIGNAL_OFFSET, priority, () -> port.execute(wakeup));
        return ring;
    }

    /// A doorbell that was rung before the proxy was closed may arrive after it, when there is no memory any more.
    private void wakeup(Channel registered, Signal signal, Runnable onSignal) {
        try {
            if (channel == registered) {
                signal.wakeup(onSignal);
            }
        } catch (RuntimeException | Error e) {
            if (channel == registered) {
                showcase.warn("a signal of %s failed: %s".formatted(this, e.getMessage()), e);
            }
        }
    }

    /// Reaches the device, once the ring is registered.
    private static final class Kick implements Doorbell {
        volatile Channel.Registration registration;

        @Override
        public void ring() {
            Channel.Registration r = registration;
            if (r != null) {
                r.kick();
            }
        }
    }

    @Override
    public synchronized void close() {
        Channel ending = channel;
        if (ending != null) {
            channel = null;
            try {
                ending.close(); // no lane uses the blocks after this
            } catch (VbusException e) {
                channel = ending; // or it may: they stay until this is tried again
                throw e;
            }
        }
        blocks.forEach(port::free);
        blocks.clear();
    }

    private Channel channel() {
        Channel c = channel;
        if (c == null) {
            throw new VbusException(Status.GONE, this + " is not open");
        }
        return c;
    }

    // ---- what the device tells

    @Override
    public void event(int kind, byte[] data) {
        tell(d -> d.event(kind, data));
    }

    @Override
    public void configChanged() {
        tell(BoundDriver::configChanged);
    }

    private void tell(Consumer<BoundDriver> what) {
        port.execute(() -> {
            BoundDriver driver = bound;
            try {
                if (driver != null) {
                    what.accept(driver);
                }
            } catch (RuntimeException | Error e) {
                showcase.warn("the driver of %s failed: %s".formatted(this, e.getMessage()), e);
            }
        });
    }

    void bound(BoundDriver driver) {
        bound = driver;
    }

    BoundDriver bound() {
        return bound;
    }

    // ---- what it is

    @Override
    public String type() {
        return offer.type();
    }

    @Override
    public int version() {
        return offer.version();
    }

    @Override
    public int id() {
        return offer.id();
    }

    @Override
    public String device() {
        return offer.device();
    }

    @Override
    public String bus() {
        return port.bus();
    }

    @Override
    public String guest() {
        return port.guest();
    }

    @Override
    public String toString() {
        return "%s/%s %s of %s".formatted(bus(), device(), type(), guest());
    }
}
