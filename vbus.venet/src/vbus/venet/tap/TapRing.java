// SPDX-License-Identifier: Apache-2.0
package vbus.venet.tap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import vbus.shm.Burst;
import vbus.shm.Gather;
import vbus.shm.GuestMemory;
import vbus.shm.Region;
import vbus.shm.Ring;
import vbus.shm.linux.Tap;

/// One direction of a TAP as a ring: private buffers that go round.
///
/// ```
///   free ──── completed or held ──── take ──── read (from the TAP) or empty ──── free + COUNT
/// ```
/// A `publish` is one store, of the position and of the round that it ends: a completion counts once its round has ended, and a
/// `rollback` forgets those of the round that goes on. So an error at any place leaves a round that ended, or one that did not.
/// Chains may be completed while the burst of the last `take` is what it was.
/// Threads: the lane's. Allocates nothing after it was made.
abstract class TapRing implements Ring {

    /// Buffers, of which a device may hold as many.
    static final int COUNT = 64;

    private static final int MASK = COUNT - 1;
    private static final long ADDRESS = 0x1_0000;
    private static final int OPEN = 0; // no round has this number

    final Tap tap;
    final Gather gather;
    final int[] bytes = new int[COUNT];
    int free; // positions count on for ever, their lower bits are a buffer
    int take;
    private final MemorySegment[] buffers = new MemorySegment[COUNT];
    private final int[] completedIn = new int[COUNT];
    private long committed = 1; // upper half: `take` of the last publish; lower half: the round
    private String fault;

    TapRing(Tap tap) {
        this.tap = tap;
        final MemorySegment memory = Arena.ofAuto().allocate((long) COUNT * Tap.MAX_BYTES, 64); // touched as far as frames reach
        final GuestMemory all = new GuestMemory();
        all.add(new Region(ADDRESS, memory));
        gather = new Gather(all);
        for (int i = 0; i < COUNT; i++) {
            buffers[i] = memory.asSlice((long) i * Tap.MAX_BYTES, Tap.MAX_BYTES);
        }
    }

    /// Adds the buffer at `take`, whose number is `buffer`, to the burst; false when there is none, or the burst is full.
    abstract boolean add(int buffer, long address);

    /// A completed chain is there for good.
    abstract void completed(int buffer);

    final MemorySegment buffer(int position) {
        return buffers[position & MASK];
    }

    @Override
    public final int take(Burst burst, int max) {
        recycle();
        gather.begin(burst);
        int n = 0;
        while (n < max && fault == null) {
            final int buffer = take & MASK;
            if (!add(buffer, ADDRESS + (long) buffer * Tap.MAX_BYTES)) {
                break;
            }
            gather.end(buffer);
            take++;
            n++;
        }
        return n == 0 && fault != null ? BROKEN : n;
    }

    @Override
    public final void untake(int chains) {
        take -= chains;
    }

    @Override
    public final void complete(Burst burst, int chain, int writtenBytes) {
        final int buffer = gather.token(chain);
        written(buffer, writtenBytes);
        completedIn[buffer] = round();
    }

    /// Only who sends wants to know.
    void written(int buffer, int writtenBytes) { }

    @Override
    public final void publish() {
        final int next = round() + 1;
        committed = (long) take << 32 | (next == OPEN ? next + 1 : next) & 0xffff_ffffL;
        recycle();
    }

    /// Works off what was completed in rounds that ended, in order: one that is held stops those behind it.
    private void recycle() {
        final int end = (int) (committed >>> 32);
        final int round = round();
        while (free != end && completedIn[free & MASK] != OPEN && completedIn[free & MASK] != round) {
            final int buffer = free++ & MASK;
            completedIn[buffer] = OPEN;
            if (fault == null) {
                completed(buffer);
            }
        }
    }

    @Override
    public final void rollback() {
        final int round = round();
        take = (int) (committed >>> 32);
        for (int i = 0; i < COUNT; i++) {
            if (completedIn[i] == round) {
                completedIn[i] = OPEN;
            }
        }
    }

    private int round() {
        return (int) committed;
    }

    @Override
    public final void revoke(String reason) {
        rollback();
        fault = reason;
    }

    final void broken(String reason) {
        fault = reason;
    }

    @Override
    public void unwatch() { } // nobody is asked to kick: the descriptor tells by itself

    @Override
    public final int size() {
        return COUNT;
    }

    @Override
    public final boolean ordered() {
        return true;
    }

    @Override
    public final int position() {
        return take;
    }

    @Override
    public final String fault() {
        return fault;
    }

    /// Linux is told by the frame itself.
    @Override
    public final long notified() {
        return 0;
    }

    @Override
    public final long suppressed() {
        return 0;
    }
}
