// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import vbus.shm.Burst;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.DriverRing;
import vbus.shm.GuestMemory;
import vbus.shm.Region;
import vbus.shm.Ring;
import vbus.shm.RingFeatures;

/// One of our rings, a transmit ring as a guest has it: the driver copies into its buffer, the device copies out of it.
///
/// ```
///   0                        RING_BYTES          + size * 64
///   +------------------------+-------------------+
///   | ring                   | buffers           |      guest addresses count from BASE
///   +------------------------+-------------------+
/// ```
/// Both sides poll: neither asks to be told.
public final class SharedRing {

    /// Guest address of the memory.
    public static final long BASE = 0x1_0000;

    /// Bytes of a message.
    public static final int MESSAGE_BYTES = Message.BYTES;

    private static final long PAGE = 4096;
    private static final int MOST = 64;
    /// In order, without event index.
    public static final RingFeatures POLLED = new RingFeatures(false, false, true);

    private SharedRing() { }

    /// Bytes of memory for a ring of `size` messages and their buffers.
    public static long byteSize(int size) {
        return RingSides.byteSize(size) + (long) size * Message.BYTES;
    }

    static Duct make(QueueKind kind, int size, MemorySegment memory) {
        final Sender sender = sender(kind, size, memory);
        return new Duct(sender, receiver(kind, size, memory));
    }

    /// A driver that polls; it formats the ring, so it is to be made first.
    static Sender sender(QueueKind kind, int size, MemorySegment memory) {
        return new DriverEnd(driver(kind, size, POLLED, memory, Doorbell.NONE), buffers(size, memory), address(size));
    }

    /// A device that polls.
    static Receiver receiver(QueueKind kind, int size, MemorySegment memory) {
        return new DeviceEnd(device(kind, size, POLLED, memory, Doorbell.NONE));
    }

    /// The driver's side, which formats the ring; `device` is rung by it.
    public static DriverRing driver(QueueKind kind, int size, RingFeatures features, MemorySegment memory, Doorbell device) {
        return RingSides.driver(kind, size, features, Direction.TO_DEVICE, memory, device);
    }

    /// The device's side of a ring that a driver formatted; `driver` is rung by it.
    public static Ring device(QueueKind kind, int size, RingFeatures features, MemorySegment memory, Doorbell driver) {
        final GuestMemory guest = new GuestMemory();
        guest.add(new Region(BASE, memory));
        return RingSides.device(kind, size, features, Direction.TO_DEVICE, memory, guest, driver);
    }

    /// The buffers of 64 bytes behind the ring.
    public static MemorySegment buffers(int size, MemorySegment memory) {
        return memory.asSlice(RingSides.byteSize(size));
    }

    /// Where the guest sees [#buffers].
    public static long address(int size) {
        return BASE + RingSides.byteSize(size);
    }

    private static final class DriverEnd implements Sender {

        private final DriverRing ring;
        private final MemorySegment buffers;
        private final long address;
        private final int size;
        private final MemorySegment message = Arena.global().allocate(PAGE, PAGE).asSlice(0, Message.BYTES);
        private long sent;
        private int slot;

        DriverEnd(DriverRing ring, MemorySegment buffers, long address) {
            this.ring = ring;
            this.buffers = buffers;
            this.address = address;
            size = ring.size();
            ring.unwatch();
        }

        @Override
        public int send(int most) {
            if (ring.free() < most && ring.reap(size) < 0) {
                throw new IllegalStateException("the device broke the ring");
            }
            final int n = Math.min(most, ring.free());
            if (n > 0) {
                copyIn(n);
            }
            return n;
        }

        /// Apart from `send`, which finds the ring full more often than not: a compiler takes what is seldom reached for unimportant.
        private void copyIn(int n) {
            for (int i = 0; i < n; i++) {
                Message.number(message, sent++);
                MemorySegment.copy(message, 0, buffers, (long) (slot + i & size - 1) * Message.BYTES, Message.BYTES);
            }
            for (int i = ring.again(n); i < n; i++) { // the device completes in order: a place has its buffer
                final int at = slot + i & size - 1;
                ring.offer(address + (long) at * Message.BYTES, Message.BYTES, at);
            }
            slot = slot + n & size - 1;
            ring.publish();
        }
    }

    private static final class DeviceEnd implements Receiver {

        private final Ring ring;
        private final Burst burst = new Burst(MOST, 2 * MOST);
        private final MemorySegment message = Arena.global().allocate(PAGE, PAGE).asSlice(0, Message.BYTES);
        private long received;

        DeviceEnd(Ring ring) {
            this.ring = ring;
            ring.unwatch();
        }

        @Override
        public int receive(int most) {
            final int n = ring.take(burst, most);
            if (n > 0) {
                copyOut(n);
            } else if (n < 0) {
                throw new IllegalStateException(ring.fault());
            }
            return n;
        }

        private void copyOut(int n) {
            for (int i = 0; i < n; i++) {
                burst.read(i, 0, message, 0, Message.BYTES);
                Message.check(message, received++);
            }
            ring.completeRead(burst, 0, n);
            ring.publish();
        }
    }
}
