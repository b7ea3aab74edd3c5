// SPDX-License-Identifier: Apache-2.0
package vbus.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.time.Duration;
import vbus.shm.Direction;
import vbus.shm.IndirectTables;
import vbus.shm.RingFeatures;
import vbus.shm.SplitDriver;
import vbus.shm.SplitQueue;
import vbus.testkit.sys.Eventfd;

/// A virtqueue of a network card: the driver's side, and the eventfds between both.
///
/// Either it is driven, by `send` and `receive`, or written by hand, by `descriptor` and `offer`; not both between two `clear`s.
/// Threads: one.
public final class VhostQueue implements AutoCloseable {

    /// The longest frame, and the virtio-net header before it. @spec virtio 1.2, 5.1.6
    public static final int FRAME_BYTES = 1514;
    public static final int HEADER_BYTES = 12;

    /// Flags of a descriptor. @spec virtio 1.2, 2.7.5
    public static final int NEXT = 1;
    public static final int WRITE = 2;
    public static final int INDIRECT = 4;

    private static final int BUFFER_BYTES = 1536;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle IDX = SHORT.varHandle();

    private final int index;
    private final Direction direction;
    private final GuestRam ram;
    private final long at;
    private final long buffers;
    private final SplitQueue queue;
    private final Eventfd kick = new Eventfd();
    private final Eventfd call = new Eventfd();
    private final Eventfd err = new Eventfd();
    private final long[] cookie = new long[1];
    private final int[] length = new int[1];
    private final int[] empty;
    private int empties;
    private SplitDriver driver;

    /// A queue of `size` descriptors, and a buffer for each, in `ram`.
    VhostQueue(int index, int size, Direction direction, GuestRam ram) {
        this.index = index;
        this.direction = direction;
        this.ram = ram;
        at = ram.allocate(SplitQueue.byteSize(size));
        buffers = ram.allocate((long) size * BUFFER_BYTES);
        queue = SplitQueue.in(ram.memory().asSlice(at, SplitQueue.byteSize(size)), size);
        empty = new int[size];
        clear();
    }

    /// As the guest's driver leaves it after a reset: empty.
    public void clear() {
        driver = new SplitDriver(queue, RingFeatures.NONE, IndirectTables.NONE, direction, kick);
        empties = 0;
        for (int i = 0; i < queue.size(); i++) {
            if (direction == Direction.TO_DEVICE) {
                empty[empties++] = i;
            } else {
                driver.offer(GuestRam.guest(buffer(i)), BUFFER_BYTES, i);
            }
        }
        driver.publish();
    }

    /// Its number.
    public int index() {
        return index;
    }

    /// Number of descriptors.
    public int size() {
        return queue.size();
    }

    /// The descriptor table, the available ring and the used ring, as SET_VRING_ADDR says it.
    public byte[] addresses() {
        return addresses(index, GuestRam.user(at), user(queue.used()), user(queue.avail()));
    }

    /// The payload of a SET_VRING_ADDR.
    public static byte[] addresses(int index, long table, long used, long avail) {
        return VhostWire.buffer(40).putInt(index).putInt(0).putLong(table).putLong(used).putLong(avail).putLong(0).array();
    }

    private long user(MemorySegment area) {
        return GuestRam.user(area.address() - ram.memory().address());
    }

    /// The driver kicks the device by it.
    public Eventfd kick() {
        return kick;
    }

    /// The device interrupts the driver by it.
    public Eventfd call() {
        return call;
    }

    /// The device tells of an error by it.
    public Eventfd err() {
        return err;
    }

    /// The index of the used ring: how many buffers came back, modulo 2^16.
    public int usedIndex() {
        return (short) IDX.getAcquire(queue.used(), 2L) & 0xffff;
    }

    // ---- driven

    /// Sends a frame; false when every buffer is on its way.
    public boolean send(byte[] frame) {
        while (driver.reap(cookie, length) > 0) {
            empty[empties++] = (int) cookie[0];
        }
        if (empties == 0) {
            return false;
        }
        int number = empty[--empties];
        long buffer = buffer(number);
        ram.memory().asSlice(buffer, HEADER_BYTES).fill((byte) 0);
        MemorySegment.copy(frame, 0, ram.memory(), ValueLayout.JAVA_BYTE, buffer + HEADER_BYTES, frame.length);
        driver.offer(GuestRam.guest(buffer), HEADER_BYTES + frame.length, number);
        driver.publish();
        return true;
    }

    /// The next frame without its header; null when none is there.
    public byte[] receive() {
        int n = driver.reap(cookie, length);
        if (n == 0) {
            return null;
        }
        if (n < 0 || length[0] < HEADER_BYTES || length[0] > BUFFER_BYTES) {
            throw new AssertionError("the device broke receive queue %d: %s".formatted(index,
                n < 0 ? "its used ring is wrong" : "a buffer with %d bytes".formatted(length[0])));
        }
        byte[] frame = new byte[length[0] - HEADER_BYTES];
        long buffer = buffer((int) cookie[0]);
        MemorySegment.copy(ram.memory(), ValueLayout.JAVA_BYTE, buffer + HEADER_BYTES, frame, 0, frame.length);
        driver.offer(GuestRam.guest(buffer), BUFFER_BYTES, cookie[0]);
        driver.publish();
        return frame;
    }

    /// The next frame; waits for the device's interrupt. Null when none comes in time.
    public byte[] receive(Duration deadline) {
        long end = System.nanoTime() + deadline.toNanos();
        for (byte[] frame = receive(); ; frame = receive()) {
            if (frame != null) {
                return frame;
            }
            long left = end - System.nanoTime();
            if (!driver.watch() && (left <= 0 || !call.await(Duration.ofNanos(left)))) {
                return receive(); // an interrupt that never came shows only as a frame that is late
            }
        }
    }

    private long buffer(int number) {
        return buffers + (long) number * BUFFER_BYTES;
    }

    // ---- by hand

    /// Writes a descriptor, whatever it says.
    public void descriptor(int id, long address, int lengthBytes, int flags, int next) {
        queue.table().set(LONG, 16L * id, address);
        queue.table().set(INT, 16L * id + 8, lengthBytes);
        queue.table().set(SHORT, 16L * id + 12, (short) flags);
        queue.table().set(SHORT, 16L * id + 14, (short) next);
    }

    /// Offers a chain by its head, whatever that is, and kicks.
    public void offer(int head) {
        int idx = (short) IDX.getAcquire(queue.avail(), 2L) & 0xffff;
        queue.avail().set(SHORT, 4 + 2L * (idx & queue.size() - 1), (short) head);
        availIndex(idx + 1);
    }

    /// Moves the index of the available ring, wherever to, and kicks.
    public void availIndex(int idx) {
        IDX.setRelease(queue.avail(), 2L, (short) idx); // pairs with the device's acquire of avail.idx
        kick.ring();
    }

    @Override
    public void close() {
        kick.close();
        call.close();
        err.close();
    }
}
