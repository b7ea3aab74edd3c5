// SPDX-License-Identifier: Apache-2.0
// length: one side of one queue, whose parts share its position; chains, elements and completions have files of their own
package vbus.shm;

import static vbus.shm.PackedLayout.ADDRESS;
import static vbus.shm.PackedLayout.DESC;
import static vbus.shm.PackedLayout.DISABLE;
import static vbus.shm.PackedLayout.EVENT;
import static vbus.shm.PackedLayout.FLAGS_SHIFT;
import static vbus.shm.PackedLayout.INDIRECT;
import static vbus.shm.PackedLayout.LONG;
import static vbus.shm.PackedLayout.NEXT;
import static vbus.shm.PackedLayout.OFFSET;
import static vbus.shm.PackedLayout.ROUND;
import static vbus.shm.PackedLayout.WORD;
import static vbus.shm.PackedLayout.WORDS;
import static vbus.shm.PackedLayout.WRITE;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// The device's side of a virtio packed virtqueue. @spec virtio 1.2, 2.8
///
/// ```
///   positions:   shown .. tail     | .. next | ..
///                completed, hidden | held    | waiting, while the flags say so
/// ```
/// A used descriptor overwrites an available one, so completions are kept here until `publish` writes them: all but the first,
/// then the first, which shows them all. Every descriptor is read once; lengths, flags and the length of a chain are checked
/// before use. A buffer id is the driver's own and only given back. In order, one used descriptor stands for all chains before it
/// that had nothing writable.
public final class PackedRing extends Apart implements Ring {

    /// The position of a fresh ring, see [#position].
    public static final int START = 0x8000_8000;

    private final MemorySegment ring;
    private final MemorySegment driverEvent;
    private final MemorySegment deviceEvent;
    private final GuestMemory memory;
    private final PackedChains chains;
    private final int size;
    private final boolean eventIndex;
    private final boolean inOrder;
    private final char[] ids; // in order: of the chain that begins at this place
    private final int[] counts; // in order: of its descriptors
    private final int[] back; // descriptors of the chain that ends at this place
    private final PackedCompletions completions;
    private final HeldBack early; // in order
    private volatile Doorbell guest;
    private int next;
    private int tail;
    private long committed; // next, tail, shown, and the completions between those two: an error leaves all or nothing
    private boolean owed; // a publish was interrupted
    private long notified; // written by the lane, read for display
    private long suppressed;
    private String fault;

    /// Serves `queue` from `position` on, [#START] for a fresh one; descriptors point into `memory`, `guest` interrupts the driver.
    /// Errors: IllegalArgumentException when the position is none of this queue.
    public PackedRing(PackedQueue queue, RingFeatures features, GuestMemory memory, int position, Doorbell guest) {
        ring = queue.ring();
        driverEvent = queue.driverEvent();
        deviceEvent = queue.deviceEvent();
        size = queue.size();
        eventIndex = features.eventIndex();
        inOrder = features.inOrder();
        chains = new PackedChains(queue, features);
        ids = new char[inOrder ? size : 0];
        counts = new int[inOrder ? size : 0];
        back = new int[size];
        completions = new PackedCompletions(queue);
        early = new HeldBack(inOrder ? size : 0);
        this.memory = memory;
        this.guest = guest;
        next = position & 0xffff;
        tail = position >>> 16;
        final int held = PackedLayout.distance(tail, next, size);
        if ((next & OFFSET) >= size || (tail & OFFSET) >= size || held < 0 || held > size) {
            throw new IllegalArgumentException("packed virtqueue of %d descriptors at position 0x%08x".formatted(size, position));
        }
        commit(tail, 0);
        unwatch();
    }

    /// Replaces the doorbell of a running ring. Threads: any.
    public void guest(Doorbell doorbell) {
        guest = doorbell;
    }

    @Override
    public int take(Burst burst, int max) {
        burst.clear();
        if (fault != null) {
            return BROKEN;
        }
        final int limit = Math.min(max, burst.maxChains());
        final Region[] regions = memory.table();
        Region region = regions.length > 0 ? regions[0] : null;
        int at = next;
        int left = size - PackedLayout.distance(tail, at, size);
        while (burst.chains() < limit && left > 0) {
            final long word = (long) WORDS.getAcquire(ring, PackedLayout.at(at) + WORD); // pairs with the driver's release of it
            if ((PackedLayout.flags(word) & ROUND) != PackedLayout.available(at)) {
                break;
            }
            final int place = at & OFFSET;
            int id = PackedLayout.id(word);
            int count = 1;
            boolean added = false;
            if ((word & ((long) (NEXT | INDIRECT) << FLAGS_SHIFT | 0x8000_0000L)) == 0) { // most chains: one descriptor in one region
                final long address = ring.get(LONG, PackedLayout.at(at) + ADDRESS);
                if (region == null || !region.contains(address, (int) word)) {
                    region = GuestMemory.find(regions, address);
                }
                added = region != null && region.contains(address, (int) word) && burst.single(region.memory(),
                    address - region.address(), (int) word, (word & (long) WRITE << FLAGS_SHIFT) != 0, inOrder ? place : token(id, 1));
            }
            if (!added) {
                final String wrong = chains.add(burst, regions, at, word, left);
                if (wrong != null) {
                    if (wrong == Pieces.NO_ROOM && burst.chains() > 0) {
                        burst.abandon();
                        break;
                    }
                    fault = wrong == Pieces.NO_ROOM ? "chain at %d has more pieces than the device takes".formatted(place) : wrong;
                    return BROKEN;
                }
                id = chains.id();
                count = chains.descriptors();
                burst.close(inOrder ? place : token(id, count));
            }
            if (inOrder) {
                ids[place] = (char) id;
                counts[place] = count;
                early.open(place);
            }
            at = PackedLayout.advance(at, count, size);
            back[before(at)] = count;
            left -= count;
        }
        next = at;
        return burst.chains();
    }

    /// What is to know of a chain that may be completed when its place has another chain already.
    private static int token(int id, int count) {
        return count << 16 | id;
    }

    /// The place before a position.
    private int before(int position) {
        return (position & OFFSET) == 0 ? size - 1 : (position & OFFSET) - 1;
    }

    @Override
    public void untake(int chainCount) {
        int at = next;
        for (int i = 0; i < chainCount; i++) {
            at = PackedLayout.advance(at, size - back[before(at)], size) ^ PackedLayout.WRAP; // a round ahead, less the chain
        }
        next = at;
    }

    @Override
    public void complete(Burst burst, int chain, int writtenBytes) {
        final int place = burst.token(chain);
        if (!inOrder) {
            completions.add(place & 0xffff, place >>> 16, writtenBytes);
            tail = PackedLayout.advance(tail, place >>> 16, size);
            return;
        }
        final int written = burst.writable(chain) == 0 ? HeldBack.NOTHING_WRITABLE : writtenBytes;
        if (place != (tail & OFFSET)) {
            early.complete(place, written);
            return;
        }
        completeNext(written);
        completeEarly();
    }

    @Override
    public void completeRead(Burst burst, int from, int to) {
        if (inOrder && from < to && !burst.anyWritable() && burst.token(from) == (tail & OFFSET)) {
            final int last = burst.token(to - 1);
            final int end = last + counts[last] - (tail & OFFSET);
            final int descriptors = end > 0 ? end : end + size;
            completions.join(ids[last], descriptors, HeldBack.NOTHING_WRITABLE);
            tail = PackedLayout.advance(tail, descriptors, size);
            completeEarly();
        } else {
            for (int chain = from; chain < to; chain++) {
                complete(burst, chain, 0);
            }
        }
    }

    private void completeNext(int written) {
        final int place = tail & OFFSET;
        completions.join(ids[place], counts[place], written);
        tail = PackedLayout.advance(tail, counts[place], size);
    }

    private void completeEarly() {
        while (tail != next && early.isComplete(tail & OFFSET)) {
            completeNext(early.written(tail & OFFSET));
        }
    }

    @Override
    public void publish() {
        final int shown = (int) (committed >>> 32) & 0xffff;
        final int now = tail;
        if (now == shown && !owed) {
            commit(shown, 0);
            early.publish();
            return;
        }
        final boolean again = owed;
        owed = true;
        final int stood = (int) (committed >>> 48);
        commit(shown, completions.count()); // from here on these completions stand, whatever interrupts what follows
        early.publish();
        completions.write(shown, again ? stood : 0);
        commit(now, 0);
        completions.clear();
        final Doorbell bell = guest;
        if (bell == Doorbell.NONE) {
            owed = false; // the driver polls: no fence, which would wait for every store of the burst
            return;
        }
        VarHandle.fullFence(); // the driver says that it wants to be told, then looks at the descriptor
        if (again || wanted(shown, now)) {
            notified++;
            bell.ring();
        } else {
            suppressed++;
        }
        owed = false;
    }

    private boolean wanted(int old, int now) {
        final int event = (int) EVENT.getOpaque(driverEvent, 0L); // position and flags at once
        final int flags = event >>> 16 & 3;
        return flags != DISABLE && (flags != DESC || !eventIndex || PackedLayout.passes(event & 0xffff, old, now, size));
    }

    private void commit(int shown, int stood) {
        committed = (long) stood << 48 | (long) shown << 32 | (long) tail << 16 | next;
    }

    @Override
    public void rollback() {
        next = (int) committed & 0xffff;
        tail = (int) committed >>> 16;
        completions.keep((int) (committed >>> 48));
        early.rollback();
    }

    @Override
    public void revoke(String reason) {
        rollback();
        tail = (int) (committed >>> 32) & 0xffff; // of an interrupted publish nothing is shown any more
        completions.clear();
        owed = false;
        fault = reason;
    }

    @Override
    public boolean watch() {
        EVENT.setOpaque(deviceEvent, 0L, eventIndex ? DESC << 16 | next : PackedLayout.ENABLE << 16);
        VarHandle.fullFence(); // the driver makes a descriptor available, then looks at the event suppression
        return fault == null && PackedLayout.distance(tail, next, size) < size
            && (PackedLayout.flags((long) WORDS.getAcquire(ring, PackedLayout.at(next) + WORD)) & ROUND) == PackedLayout.available(next);
    }

    @Override
    public void unwatch() {
        EVENT.setOpaque(deviceEvent, 0L, DISABLE << 16);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean ordered() {
        return inOrder;
    }

    /// Bits 0..14 and 15 are offset and wrap counter of the next available descriptor, bits 16..30 and 31 those of the next used
    /// one. @spec vhost-user, VHOST_USER_GET_VRING_BASE
    @Override
    public int position() {
        return tail << 16 | next;
    }

    @Override
    public String fault() {
        return fault;
    }

    @Override
    public long notified() {
        return notified;
    }

    @Override
    public long suppressed() {
        return suppressed;
    }
}
