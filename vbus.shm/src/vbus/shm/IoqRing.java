// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static vbus.shm.IoqLayout.ADDRESS;
import static vbus.shm.IoqLayout.BYTE;
import static vbus.shm.IoqLayout.INDEX_FULL;
import static vbus.shm.IoqLayout.INDEX_HEAD;
import static vbus.shm.IoqLayout.INDEX_TAIL;
import static vbus.shm.IoqLayout.INT;
import static vbus.shm.IoqLayout.INUSE_AT;
import static vbus.shm.IoqLayout.LENGTH;
import static vbus.shm.IoqLayout.LONG;
import static vbus.shm.IoqLayout.next;

import java.lang.foreign.MemorySegment;

/// The device's (south) side of an IOQ.
///
/// ```
///  transmit:  guest pushes inuse tail (sown:=1) -> taken here -> completed: inuse head moves on (sown:=0)
///  receive:   guest lends at valid tail (sown:=1) -> taken here -> filled: inuse tail moves on (sown:=0)
/// ```
/// The own position is kept here and never read back from the guest's memory; what says that a descriptor may be taken is its
/// `sown` byte alone. Completion is in order. @spec AlacrityVM ioq.h; the patterns of its venet driver
public final class IoqRing implements Ring {

    private final MemorySegment ring;
    private final Direction direction;
    private final GuestMemory memory;
    private final Signal signal;
    private final int count;
    private final boolean[] completed;
    private final int[] written;
    private int take;
    private int done;
    private int taken;
    private boolean published = true;
    private String fault;

    /// Attaches to the formatted ring in `ring`, whose descriptors point into `memory`.
    /// Errors: IllegalArgumentException when magic, version, count, size or an index is wrong.
    public IoqRing(MemorySegment ring, Direction direction, GuestMemory memory, Doorbell guest) {
        count = Ioq.attach(ring);
        this.ring = ring;
        this.direction = direction;
        this.memory = memory;
        signal = new Signal(Ioq.signal(ring), Side.SOUTH, guest);
        completed = new boolean[count];
        written = new int[count];
        take = done = Ioq.position(ring, INUSE_AT + (direction == Direction.TO_DEVICE ? INDEX_HEAD : INDEX_TAIL), count);
        signal.disable();
    }

    @Override
    public int take(Burst burst, int max) {
        burst.clear();
        if (fault != null) {
            return BROKEN;
        }
        final Region[] table = memory.table();
        final int limit = Math.min(Math.min(max, burst.maxChains()), count - taken);
        int n = 0;
        while (n < limit && IoqLayout.southOwns(ring, take)) {
            final long at = IoqLayout.descriptor(take);
            final long address = ring.get(LONG, at + ADDRESS);
            final long length = ring.get(LONG, at + LENGTH);
            if (length < 0 || length > Integer.MAX_VALUE) {
                return broken("descriptor %d has length %d: want 0..%d".formatted(take, length, Integer.MAX_VALUE));
            }
            final String wrong = Pieces.add(burst, table, address, (int) length, direction == Direction.FROM_DEVICE);
            if (wrong == Pieces.NO_ROOM) {
                burst.abandon();
                if (n == 0) {
                    return broken("descriptor %d has more pieces than the device takes".formatted(take));
                }
                break;
            }
            if (wrong != null) {
                return broken("descriptor " + take + ": " + wrong);
            }
            burst.close(take);
            take = next(take, count);
            n++;
        }
        taken += n;
        return n;
    }

    @Override
    public void untake(int chains) {
        taken -= chains;
        take = Math.floorMod(take - chains, count);
    }

    @Override
    public void complete(Burst burst, int chain, int writtenBytes) {
        final int position = burst.token(chain);
        completed[position] = true;
        written[position] = writtenBytes;
        if (position != done) {
            return; // held back: this ring completes in order
        }
        while (completed[done]) {
            completed[done] = false;
            if (direction == Direction.TO_DEVICE) {
                popInuse();
            } else {
                pushInuse();
            }
            taken--;
            published = false;
        }
    }

    private void popInuse() {
        final int position = done;
        done = next(position, count);
        ring.set(INT, INUSE_AT + INDEX_HEAD, done);
        ring.set(BYTE, INUSE_AT + INDEX_FULL, (byte) 0);
        IoqLayout.give(ring, position, Side.NORTH);
    }

    private void pushInuse() {
        final int position = done;
        done = next(position, count);
        ring.set(LONG, IoqLayout.descriptor(position) + LENGTH, written[position]);
        if (ring.get(INT, INUSE_AT + INDEX_HEAD) == done) {
            ring.set(BYTE, INUSE_AT + INDEX_FULL, (byte) 1);
        }
        ring.set(INT, INUSE_AT + INDEX_TAIL, done);
        IoqLayout.give(ring, position, Side.NORTH);
    }

    @Override
    public void publish() {
        if (!published) {
            published = true;
            signal.inject();
        }
    }

    @Override
    public boolean watch() {
        signal.acknowledge();
        return signal.enable() || fault == null && taken < count && IoqLayout.southOwns(ring, take);
    }

    @Override
    public void unwatch() {
        signal.disable();
    }

    private int broken(String reason) {
        fault = reason;
        return BROKEN;
    }

    @Override
    public int size() {
        return count;
    }

    @Override
    public boolean ordered() {
        return true;
    }

    @Override
    public int position() {
        return take;
    }

    @Override
    public String fault() {
        return fault;
    }

    @Override
    public long notified() {
        return signal.sent();
    }
}
