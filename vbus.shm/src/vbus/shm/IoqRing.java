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
import static vbus.shm.IoqLayout.VALID;
import static vbus.shm.IoqLayout.VALID_AT;
import static vbus.shm.IoqLayout.next;

import java.lang.foreign.MemorySegment;

/// The device's (south) side of an IOQ.
///
/// ```
///  transmit:  guest pushes inuse tail (sown:=1) -> taken here -> published: inuse head moves on (sown:=0)
///  receive:   guest lends at valid tail (sown:=1) -> taken here -> published: inuse tail moves on (sown:=0)
/// ```
/// The own position is kept here and never read back from the guest's memory; what says that a descriptor may be taken is its
/// `sown` byte alone. Completion is in order. @spec AlacrityVM ioq.h; the patterns of its venet driver
public final class IoqRing extends Apart implements Ring {

    private final MemorySegment ring;
    private final Direction direction;
    private final GuestMemory memory;
    private final Signal signal;
    private final boolean lenient;
    private final int count;
    private final HeldBack completions;
    private int take; // position of the next to take; behind it lie `taken` held ones, and behind those `pending` completed ones
    private int taken;
    private int pending;
    private long committed; // take, taken and pending of the last publish, in one word: an error leaves all or nothing
    private boolean owed; // the guest has to be told
    private String fault;

    /// Attaches to the formatted ring in `ring`, whose descriptors point into `memory`.
    /// Errors: IllegalArgumentException when magic, version, count, size or an index is wrong.
    public IoqRing(MemorySegment ring, Direction direction, GuestMemory memory, Doorbell guest) {
        this(ring, direction, memory, guest, false);
    }

    /// The same; where `lenient`, a descriptor that points outside `memory` is a chain without a byte, and breaks nothing: the device
    /// tells by the length, and completes it.
    public IoqRing(MemorySegment ring, Direction direction, GuestMemory memory, Doorbell guest, boolean lenient) {
        this.lenient = lenient;
        count = Ioq.attach(ring);
        this.ring = ring;
        this.direction = direction;
        this.memory = memory;
        signal = new Signal(Ioq.signal(ring), Side.SOUTH, guest);
        completions = new HeldBack(count);
        take = Ioq.position(ring, INUSE_AT + (direction == Direction.TO_DEVICE ? INDEX_HEAD : INDEX_TAIL), count);
        commit();
        signal.disable();
    }

    @Override
    public int take(Burst burst, int max) {
        burst.clear();
        if (fault != null) {
            return BROKEN;
        }
        final Region[] table = memory.table();
        final int limit = Math.min(Math.min(max, burst.maxChains()), count - taken - pending);
        int at = take;
        for (int n = 0; n < limit; n++) {
            final int owner = IoqLayout.owner(ring, at);
            if (owner == 0) {
                break;
            }
            if (n == 0 && !soundIndexes()) { // once per burst, and only when there is something
                return BROKEN;
            }
            final long descriptor = IoqLayout.descriptor(at);
            final byte valid = ring.get(BYTE, descriptor + VALID);
            if (owner != 1 || !IoqLayout.isFlag(valid)) {
                return broken("descriptor %d has sown %d valid %d: want 0 or 1".formatted(at, owner & 0xff, valid & 0xff));
            }
            final long address = ring.get(LONG, descriptor + ADDRESS);
            final long length = ring.get(LONG, descriptor + LENGTH);
            if (length < 0 || length > Integer.MAX_VALUE) {
                return broken("descriptor %d has length %d: want 0..%d".formatted(at, length, Integer.MAX_VALUE));
            }
            final String wrong = Pieces.add(burst, table, address, (int) length, direction == Direction.FROM_DEVICE);
            if (wrong == Pieces.NO_ROOM) {
                burst.abandon();
                if (n == 0) {
                    return broken("descriptor %d has more pieces than the device takes".formatted(at));
                }
                break;
            }
            if (wrong != null && lenient) {
                burst.abandon(); // a part of it may have been there
                burst.open();
            } else if (wrong != null) {
                return broken("descriptor " + at + ": " + wrong);
            }
            burst.close(at);
            completions.open(at);
            at = next(at, count);
        }
        take = at;
        taken += burst.chains();
        return burst.chains();
    }

    /// What the guest wrote into the index words is not needed here, but a guest that writes nonsense there is broken.
    private boolean soundIndexes() {
        return soundIndex("valid", VALID_AT) && soundIndex("inuse", INUSE_AT);
    }

    private boolean soundIndex(String name, long at) {
        final long both = IoqLayout.headAndTail(ring, at);
        final int head = (int) both;
        final int tail = (int) (both >>> 32);
        final byte full = ring.get(BYTE, at + INDEX_FULL);
        if (head < 0 || head >= count || tail < 0 || tail >= count || !IoqLayout.isFlag(full)) {
            fault = "index \"%s\" has head %d tail %d full %d: want 0..%d, full 0 or 1"
                .formatted(name, head & 0xffff_ffffL, tail & 0xffff_ffffL, full & 0xff, count - 1);
            return false;
        }
        return true;
    }

    @Override
    public long cookie(Burst burst, int chain) {
        return ring.get(LONG, IoqLayout.descriptor(burst.token(chain)) + IoqLayout.COOKIE);
    }

    @Override
    public void untake(int chains) {
        taken -= chains;
        take = Math.floorMod(take - chains, count);
    }

    @Override
    public void complete(Burst burst, int chain, int writtenBytes) {
        completions.complete(burst.token(chain), writtenBytes);
        int held = taken; // completions are held back until those before them are there: this ring completes in order
        int at = take - held;
        at = at < 0 ? at + count : at;
        while (held > 0 && completions.isComplete(at)) {
            at = next(at, count);
            held--;
        }
        pending += taken - held;
        taken = held;
    }

    @Override
    public void publish() {
        commit(); // from here on these completions stand, whatever interrupts what follows
        completions.publish();
        if (pending == 0 && !owed) {
            return;
        }
        final boolean again = owed;
        owed = true;
        int at = Math.floorMod(take - taken - pending, count);
        while (pending > 0) {
            final int behind = next(at, count);
            if (direction == Direction.TO_DEVICE) {
                popInuse(behind);
            } else {
                pushInuse(at, behind);
            }
            IoqLayout.give(ring, at, Side.NORTH);
            pending--;
            committed--;
            at = behind;
        }
        if (again) {
            signal.insist();
        } else {
            signal.inject();
        }
        owed = false;
    }

    private void popInuse(int head) {
        ring.set(INT, INUSE_AT + INDEX_HEAD, head);
        ring.set(BYTE, INUSE_AT + INDEX_FULL, (byte) 0);
    }

    private void pushInuse(int position, int tail) {
        ring.set(LONG, IoqLayout.descriptor(position) + LENGTH, completions.written(position));
        if (ring.get(INT, INUSE_AT + INDEX_HEAD) == tail) {
            ring.set(BYTE, INUSE_AT + INDEX_FULL, (byte) 1);
        }
        ring.set(INT, INUSE_AT + INDEX_TAIL, tail);
    }

    private void commit() {
        committed = (long) take << 32 | taken << 16 | pending;
    }

    @Override
    public void rollback() {
        take = (int) (committed >>> 32);
        taken = (int) committed >>> 16;
        pending = (int) committed & 0xffff;
        completions.rollback();
    }

    @Override
    public void revoke(String reason) {
        rollback();
        pending = 0;
        owed = false;
        fault = reason;
    }

    @Override
    public boolean watch() {
        signal.acknowledge();
        return signal.enable() || fault == null && taken + pending < count && IoqLayout.owner(ring, take) != 0;
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

    @Override
    public long suppressed() {
        return signal.suppressed();
    }
}
