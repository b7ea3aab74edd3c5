// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static vbus.shm.IoqLayout.ADDRESS;
import static vbus.shm.IoqLayout.BYTE;
import static vbus.shm.IoqLayout.COOKIE;
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

/// The driver's (north) side of an IOQ.
///
/// ```
///  transmit:  offer pushes valid and inuse tail; reap walks valid head while the descriptor is ours again
///  receive:   offer pushes valid tail the first time round, later pops inuse head; reap reads at inuse head
/// ```
/// Cookies and positions are kept here: the copies in the ring are for the other side and for people who look at it.
public final class IoqDriver extends Apart implements DriverRing {

    private final MemorySegment ring;
    private final Direction direction;
    private final Signal signal;
    private final int count;
    private final long[] cookie;
    private final int[] lent;
    private final boolean[] live;
    private int offer;
    private int reap;
    private int outstanding;
    private boolean published = true;
    private String fault;

    /// Drives the empty, formatted ring in `ring`; `signal` is the north's view of its signal.
    public IoqDriver(MemorySegment ring, Direction direction, Signal signal) {
        count = Ioq.attach(ring);
        this.ring = ring;
        this.direction = direction;
        this.signal = signal;
        cookie = new long[count];
        lent = new int[count];
        live = new boolean[count];
    }

    @Override
    public boolean offer(long address, int lengthBytes, long bufferCookie) {
        if (outstanding == count) {
            return false;
        }
        final int position = offer;
        final long at = IoqLayout.descriptor(position);
        offer = next(position, count);
        outstanding++;
        cookie[position] = bufferCookie;
        lent[position] = lengthBytes;
        ring.set(LONG, at + COOKIE, bufferCookie);
        ring.set(LONG, at + ADDRESS, address);
        ring.set(LONG, at + LENGTH, lengthBytes);
        if (direction == Direction.TO_DEVICE) {
            push(VALID_AT, at);
            moveTail(INUSE_AT);
        } else if (live[position]) {
            moveHead(INUSE_AT); // refilled: back to the device
        } else {
            live[position] = true;
            push(VALID_AT, at);
        }
        IoqLayout.give(ring, position, Side.SOUTH);
        published = false;
        return true;
    }

    @Override
    public boolean offer(Chain chain, long bufferCookie) {
        if (chain.pieces() != 1) {
            throw new IllegalArgumentException("a chain of %d pieces: want 1 on an IOQ".formatted(chain.pieces()));
        }
        if (chain.isWritable(0) != (direction == Direction.FROM_DEVICE)) {
            throw new IllegalArgumentException("a %s piece on a ring %s"
                .formatted(chain.isWritable(0) ? "writable" : "readable", direction));
        }
        return offer(chain.address(0), chain.length(0), bufferCookie);
    }

    private void push(long index, long descriptor) {
        ring.set(BYTE, descriptor + VALID, (byte) 1);
        moveTail(index);
    }

    private void moveTail(long index) {
        ring.set(INT, index + INDEX_TAIL, offer);
        if (ring.get(INT, index + INDEX_HEAD) == offer) {
            ring.set(BYTE, index + INDEX_FULL, (byte) 1);
        }
    }

    private void moveHead(long index) {
        ring.set(INT, index + INDEX_HEAD, offer);
        ring.set(BYTE, index + INDEX_FULL, (byte) 0);
    }

    @Override
    public int reap(long[] cookies, int[] lengthsBytes) {
        return reap(cookies, lengthsBytes, Math.min(cookies.length, lengthsBytes.length));
    }

    @Override
    public int reap(int most) {
        return reap(null, null, most);
    }

    private int reap(long[] cookies, int[] lengthsBytes, int limit) {
        if (fault != null) {
            return BROKEN;
        }
        int n = 0;
        while (n < limit && outstanding > 0) {
            final int owner = IoqLayout.owner(ring, reap);
            if (owner == 1) {
                break;
            }
            final long at = IoqLayout.descriptor(reap);
            final long length = ring.get(LONG, at + LENGTH);
            if (owner != 0 || length < 0 || length > lent[reap]) {
                fault = "descriptor %d has sown %d length %d: want sown 0 or 1, at most %d bytes"
                    .formatted(reap, owner & 0xff, length, lent[reap]);
                return BROKEN;
            }
            if (cookies != null) {
                cookies[n] = cookie[reap];
                lengthsBytes[n] = (int) length;
            }
            n++;
            reap = next(reap, count);
            outstanding--;
            if (direction == Direction.TO_DEVICE) {
                ring.set(BYTE, at + VALID, (byte) 0);
                ring.set(INT, VALID_AT + INDEX_HEAD, reap);
                ring.set(BYTE, VALID_AT + INDEX_FULL, (byte) 0);
            }
        }
        return n;
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
        return signal.enable() || outstanding > 0 && IoqLayout.owner(ring, reap) != 1;
    }

    @Override
    public void unwatch() {
        signal.disable();
    }

    @Override
    public int size() {
        return count;
    }

    @Override
    public int free() {
        return count - outstanding;
    }

    @Override
    public String fault() {
        return fault;
    }
}
