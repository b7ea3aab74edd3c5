// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static vbus.shm.SplitLayout.DESCRIPTOR_BYTES;
import static vbus.shm.SplitLayout.FLAGS_AT;
import static vbus.shm.SplitLayout.IDX;
import static vbus.shm.SplitLayout.IDX_AT;
import static vbus.shm.SplitLayout.INT;
import static vbus.shm.SplitLayout.LONG;
import static vbus.shm.SplitLayout.RING_AT;
import static vbus.shm.SplitLayout.SHORT;
import static vbus.shm.SplitLayout.WRITE;

import java.lang.invoke.VarHandle;

/// The driver's side of a virtio split virtqueue, one descriptor for each buffer. @spec virtio 1.2, 2.7
public final class SplitDriver implements DriverRing {

    private final SplitQueue queue;
    private final int flags;
    private final Doorbell device;
    private final int mask;
    private final long[] cookie;
    private final int[] freeIds;
    private final boolean[] lent;
    private int free;
    private int availIdx;
    private int usedIdx;
    private boolean published = true;

    /// Drives `queue`, which is cleared; `device` kicks the device.
    public SplitDriver(SplitQueue queue, Direction direction, Doorbell device) {
        this.queue = queue;
        this.device = device;
        flags = direction == Direction.FROM_DEVICE ? WRITE : 0;
        mask = queue.size() - 1;
        cookie = new long[queue.size()];
        freeIds = new int[queue.size()];
        lent = new boolean[queue.size()];
        for (int id = mask; id >= 0; id--) {
            freeIds[free++] = id;
        }
        queue.table().fill((byte) 0);
        queue.avail().fill((byte) 0);
        queue.used().fill((byte) 0);
    }

    @Override
    public boolean offer(long address, int lengthBytes, long bufferCookie) {
        if (free == 0) {
            return false;
        }
        final int id = freeIds[--free];
        cookie[id] = bufferCookie;
        lent[id] = true;
        queue.table().set(LONG, (long) id * DESCRIPTOR_BYTES, address);
        queue.table().set(LONG, (long) id * DESCRIPTOR_BYTES + 8, (long) flags << 32 | lengthBytes);
        queue.avail().set(SHORT, RING_AT + 2L * (availIdx & mask), (short) id);
        availIdx = availIdx + 1 & 0xffff;
        published = false;
        return true;
    }

    @Override
    public void publish() {
        if (published) {
            return;
        }
        published = true;
        IDX.setRelease(queue.avail(), IDX_AT, (short) availIdx); // pairs with the device's acquire of avail.idx
        VarHandle.fullFence(); // the device clears NO_NOTIFY, then looks at avail.idx
        if ((queue.used().get(SHORT, FLAGS_AT) & 1) == 0) {
            device.ring();
        }
    }

    @Override
    public int reap(long[] cookies, int[] lengthsBytes) {
        final int idx = (short) IDX.getAcquire(queue.used(), IDX_AT) & 0xffff; // pairs with the device's release of used.idx
        if ((idx - usedIdx & 0xffff) > queue.size() - free) {
            return BROKEN;
        }
        final int limit = Math.min(cookies.length, lengthsBytes.length);
        int n = 0;
        while (n < limit && usedIdx != idx) {
            final long at = RING_AT + 8L * (usedIdx & mask);
            final int id = queue.used().get(INT, at);
            final int length = queue.used().get(INT, at + 4);
            if (id < 0 || id > mask || !lent[id] || length < 0) {
                return BROKEN;
            }
            lent[id] = false;
            cookies[n] = cookie[id];
            lengthsBytes[n++] = length;
            freeIds[free++] = id;
            usedIdx = usedIdx + 1 & 0xffff;
        }
        return n;
    }

    @Override
    public boolean watch() {
        queue.avail().set(SHORT, FLAGS_AT, (short) 0);
        VarHandle.fullFence(); // the device moves used.idx, then looks at NO_INTERRUPT
        return ((short) IDX.getAcquire(queue.used(), IDX_AT) & 0xffff) != usedIdx;
    }

    @Override
    public void unwatch() {
        queue.avail().set(SHORT, FLAGS_AT, (short) 1);
    }

    @Override
    public int size() {
        return queue.size();
    }

    @Override
    public int free() {
        return free;
    }
}
