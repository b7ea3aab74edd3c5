// SPDX-License-Identifier: Apache-2.0
package vbus.unix.guest;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import vbus.api.driver.Block;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.Ioq;
import vbus.shm.IoqDriver;
import vbus.shm.Side;
import vbus.shm.Signal;
import vbus.unix.protocol.EventLayout;

/// The guest's side of an event queue: lends event slots, and hands the events on.
///
/// Threads: the vCPU's.
final class EventReceiver {

    private static final System.Logger LOG = System.getLogger("vbus.unix.guest");
    private static final int BATCH = 32;

    private final MemorySegment slots;
    private final IoqDriver ring;
    private final Signal signal;
    private final Consumer<MemorySegment> dispatch;
    private final Runnable drain = this::drain;
    private final long slotsAddress;
    private final long[] cookies = new long[BATCH];
    private final int[] lengths = new int[BATCH];
    private final MemorySegment event = Arena.ofAuto().allocate(EventLayout.BYTES, 8);
    private volatile boolean broken;

    /// @param block at least [#byteSize] bytes, zeroed: the ring, then the slots
    /// @param poke tells the host that there are slots again
    /// @param dispatch takes each event's bytes, which are valid during the call
    EventReceiver(Block block, int count, Doorbell poke, Consumer<MemorySegment> dispatch) {
        MemorySegment bytes = block.memory().asSlice(0, Ioq.byteSize(count));
        Ioq.format(bytes, count);
        slots = block.memory().asSlice(slotsAt(count));
        slotsAddress = block.address() + slotsAt(count);
        signal = new Signal(Ioq.signal(bytes), Side.NORTH, poke);
        ring = new IoqDriver(bytes, Direction.FROM_DEVICE, signal);
        this.dispatch = dispatch;
        for (int i = 0; i < count; i++) {
            offer(i);
        }
        ring.publish();
    }

    /// Bytes of a block for `count` event slots.
    static long byteSize(int count) {
        return slotsAt(count) + (long) count * EventLayout.BYTES;
    }

    private static long slotsAt(int count) {
        return Ioq.byteSize(count) + 7 & ~7L;
    }

    private void offer(long slot) {
        ring.offer(slotsAddress + slot * EventLayout.BYTES, EventLayout.BYTES, slot);
    }

    /// Handles what came.
    void run() {
        signal.wakeup(drain);
    }

    private void drain() {
        for (int n = ring.reap(cookies, lengths); n != 0 && !broken; n = ring.reap(cookies, lengths)) {
            if (n < 0) {
                broken = true;
                return;
            }
            for (int i = 0; i < n; i++) {
                MemorySegment.copy(slots, cookies[i] * EventLayout.BYTES, event, 0, EventLayout.BYTES);
                offer(cookies[i]);
                guarded();
            }
            ring.publish();
        }
    }

    /// What a driver does with an event must not cost the others theirs.
    private void guarded() {
        try {
            dispatch.accept(event);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "an event could not be handled: " + e, e);
        }
    }
}
