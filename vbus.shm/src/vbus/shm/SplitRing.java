// SPDX-License-Identifier: Apache-2.0
// length: one side of one queue, whose parts share its position; chains, elements and completions have files of their own
package vbus.shm;

import static vbus.shm.SplitLayout.DESCRIPTOR_BYTES;
import static vbus.shm.SplitLayout.FLAGS_AT;
import static vbus.shm.SplitLayout.IDX;
import static vbus.shm.SplitLayout.IDX_AT;
import static vbus.shm.SplitLayout.INDIRECT;
import static vbus.shm.SplitLayout.LONG;
import static vbus.shm.SplitLayout.NEXT;
import static vbus.shm.SplitLayout.RING_AT;
import static vbus.shm.SplitLayout.SHORT;
import static vbus.shm.SplitLayout.WRITE;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// The device's side of a virtio split virtqueue. @spec virtio 1.2, 2.7
///
/// ```
///   chain numbers, free-running:   committed tail .. tail | .. next | .. seen
///                                  completed, hidden      | held    | waiting
/// ```
/// The low 16 bits of `next` are the available index, those of `tail` less `bias` the used index. Of what a descriptor says, each word that
/// is checked is the one that is used: where an address was looked at before, to guess its region, it is read and checked anew. So are
/// ids, lengths, flags and the length of a chain. In order, one used element stands for all chains before
/// it that had nothing writable: drivers read an element for each buffer that the device filled.
public final class SplitRing extends Apart implements Ring {

    private static final short NO_NOTIFY = 1;
    private static final int NO_INTERRUPT = 1;
    private static final long WRITES = (long) WRITE << 32;
    private static final long NOT_PLAIN = (long) (NEXT | INDIRECT) << 32 | 0x8000_0000L; // of a descriptor's word, or of its length

    private final MemorySegment table;
    private final MemorySegment avail;
    private final MemorySegment used;
    private final GuestMemory memory;
    private final SplitChains chains;
    private final int size;
    private final int mask;
    private final long bias;
    private final boolean eventIndex;
    private final boolean inOrder;
    private final SplitElements elements;
    private final int[] heads; // in order: the first descriptor of the chain at this place, at first the one of its number
    private final HeldBack early; // in order
    private volatile Doorbell guest;
    private long next;
    private long tail;
    private boolean moved; // in order: some chain began with another descriptor than that of its place's number
    private long run; // in order: the first completed chain without a used element
    private int seen;
    private long committed; // next << 16 | next - tail, in one word: an error leaves both or neither
    private boolean owed; // a publish was interrupted
    private long notified; // written by the lane, read for display
    private long suppressed;
    private String fault;

    /// Serves `queue` from available index `position` on; descriptors point into `memory`, `guest` interrupts the driver.
    public SplitRing(SplitQueue queue, RingFeatures features, GuestMemory memory, int position, Doorbell guest) {
        table = queue.table();
        avail = queue.avail();
        used = queue.used();
        size = queue.size();
        mask = size - 1;
        eventIndex = features.eventIndex();
        inOrder = features.inOrder();
        chains = new SplitChains(queue, features);
        elements = new SplitElements(queue);
        heads = new int[inOrder ? size : 0];
        Arrays.setAll(heads, i -> i);
        early = new HeldBack(inOrder ? size : 0);
        this.memory = memory;
        this.guest = guest;
        seen = position & 0xffff;
        next = tail = run = seen + 0x10000L;
        bias = seen - (used.get(SHORT, IDX_AT) & 0xffff);
        committed = next << 16;
        if (eventIndex) {
            used.set(SHORT, FLAGS_AT, (short) 0);
        }
        unwatch();
    }

    /// Replaces the doorbell of a running ring.
    public void guest(Doorbell doorbell) {
        guest = doorbell;
    }

    @Override
    public int take(Burst burst, int max) {
        if (inOrder) {
            burst.clear((int) next, mask);
        } else {
            burst.clear();
        }
        if (fault != null) {
            return BROKEN;
        }
        final int limit = waiting(Math.min(max, burst.maxChains()));
        return limit > 0 ? take(burst, limit, memory.table()) : limit;
    }

    /// Apart from the question how many wait, which is asked in vain more often than not: a compiler would take this for unimportant.
    private int take(Burst burst, int limit, Region[] regions) {
        Region region = regions.length > 0 ? regions[0] : Region.NONE;
        int n = plain(burst, region, next, limit);
        while (n < limit) {
            final int id = avail.get(SHORT, RING_AT + 2L * ((int) next + n & mask)) & 0xffff;
            final Region other = id < size ? GuestMemory.find(regions, table.get(LONG, (long) id * DESCRIPTOR_BYTES)) : null;
            if (other != null && other != region) {
                region = other; // a guess, which `plain` checks
                final int more = plain(burst, region, next + n, limit - n);
                n += more;
                if (more > 0) {
                    continue;
                }
            }
            final String wrong = chains.add(burst, regions, id);
            if (wrong != null) {
                if (wrong == Pieces.NO_ROOM && burst.chains() > 0) {
                    burst.abandon();
                    break;
                }
                return broken(wrong == Pieces.NO_ROOM ? "chain %d has more pieces than the device takes".formatted(id) : wrong);
            }
            burst.close(id);
            taken((int) next + n & mask, id);
            n++;
            n += plain(burst, region, next + n, limit - n);
        }
        next += n;
        return n;
    }

    /// How many chains wait, at most `limit`. The driver's cache line is left alone while what was seen of it is enough.
    private int waiting(int limit) {
        final int known = seen - (int) next & 0xffff;
        if (known >= limit) {
            return limit;
        }
        final int idx = (short) IDX.getAcquire(avail, IDX_AT) & 0xffff; // pairs with the driver's release of avail.idx
        final int waiting = idx - (int) next & 0xffff;
        final int most = size - (int) (next - tail);
        if (waiting > most) {
            return broken("available index %d is %d ahead of %d: want at most %d".formatted(idx, waiting, next & 0xffff, most));
        }
        seen = idx;
        return Math.min(limit, waiting);
    }

    /// Takes chains of one descriptor in this region, as most are, up to the first that is none, is not of the kind of those before, or
    /// has no room.
    private int plain(Burst burst, Region region, long from, int number) {
        final int begin = burst.chains();
        final int room = burst.room(region.memory(), number);
        return inOrder && !moved && early.isIdle() ? inPlace(burst, begin, region, (int) from, room)
            : anywhere(burst, begin, region, (int) from, room);
    }

    /// As `anywhere`, a third quicker, where each chain so far began with the descriptor of its place's number, and nothing has to be
    /// noted of it.
    private int inPlace(Burst burst, int begin, Region region, int from, int room) {
        final long base = region.address();
        final long bytes = region.byteSize();
        long kind = burst.kind();
        int n = 0;
        for (; n < room; n++) {
            final int place = from + n & mask;
            if ((avail.get(SHORT, RING_AT + 2L * place) & 0xffff) != place) {
                break;
            }
            final long offset = table.get(LONG, (long) place * DESCRIPTOR_BYTES) - base;
            final long word = table.get(LONG, (long) place * DESCRIPTOR_BYTES + 8); // length, flags and next, read at once
            final long length = word & 0xffff_ffffL;
            if (kind == Burst.UNDECIDED) {
                kind = word & WRITES;
            }
            if ((word & (NOT_PLAIN | WRITES)) != kind || (offset | bytes - 1 - offset | bytes - length - offset) < 0) {
                break;
            }
            burst.set(begin + n, offset, length);
        }
        burst.added(n, kind == 0);
        return n;
    }

    private int anywhere(Burst burst, int begin, Region region, int from, int room) {
        final long base = region.address();
        final long bytes = region.byteSize();
        long kind = burst.kind(); // WRITE or not, where it is decided
        int n = 0;
        for (; n < room; n++) {
            final int place = from + n & mask;
            final int id = avail.get(SHORT, RING_AT + 2L * place) & 0xffff;
            if (id >= size) {
                break;
            }
            final long offset = table.get(LONG, (long) id * DESCRIPTOR_BYTES) - base;
            final long word = table.get(LONG, (long) id * DESCRIPTOR_BYTES + 8); // length, flags and next, read at once
            final long length = word & 0xffff_ffffL;
            if (kind == Burst.UNDECIDED) {
                kind = word & WRITES;
            }
            if ((word & (NOT_PLAIN | WRITES)) != kind || (offset | bytes - 1 - offset | bytes - length - offset) < 0) {
                break;
            }
            burst.set(begin + n, offset, length);
            burst.token(begin + n, id);
            taken(place, id);
        }
        burst.added(n, kind == 0);
        return n;
    }

    private void taken(int place, int head) {
        if (inOrder) {
            if (moved || head != place) {
                moved = true;
                heads[place] = head;
            }
            early.open(place);
        }
    }

    @Override
    public void untake(int chains) {
        next -= chains;
    }

    @Override
    public void complete(Burst burst, int chain, int writtenBytes) {
        final int token = burst.token(chain);
        if (!inOrder) {
            element(tail, token, writtenBytes);
            tail++;
            return;
        }
        final int written = burst.writable(chain) == 0 ? HeldBack.NOTHING_WRITABLE : writtenBytes;
        if (token != ((int) tail & mask)) {
            early.complete(token, written);
            return;
        }
        completeNext(written);
        completeEarly();
    }

    @Override
    public void completeRead(Burst burst, int from, int to) {
        if (inOrder && from < to && !burst.anyWritable() && burst.token(from) == ((int) tail & mask)) {
            tail += to - from;
            completeEarly();
        } else {
            for (int chain = from; chain < to; chain++) {
                complete(burst, chain, 0);
            }
        }
    }

    private void completeNext(int written) {
        if (written != HeldBack.NOTHING_WRITABLE) {
            element(run, heads[(int) tail & mask], written);
            run = tail + 1;
        }
        tail++;
    }

    private void completeEarly() {
        while (tail != next && early.isComplete((int) tail & mask)) {
            completeNext(early.written((int) tail & mask));
        }
    }

    private void element(long chain, int id, int writtenBytes) {
        elements.set((int) (chain - bias) & mask, id, writtenBytes);
    }

    @Override
    public void publish() {
        final long shown = (committed >>> 16) - (committed & 0xffff);
        final long now = tail;
        if (now == shown && !owed) {
            committed = next << 16 | next - now;
            early.publish();
            return;
        }
        if (run < now && inOrder) {
            element(run, heads[(int) (now - 1) & mask], 0);
            run = now;
        }
        final boolean again = owed;
        owed = true;
        committed = next << 16 | next - now; // from here on these completions stand, whatever interrupts what follows
        early.publish();
        final int idx = (int) (now - bias) & 0xffff;
        SplitLayout.show(used, idx); // pairs with the driver's acquire of used.idx
        final Doorbell bell = guest;
        if (bell == Doorbell.NONE) {
            owed = false; // the driver polls: no fence, which would wait for every store of the burst
            return;
        }
        VarHandle.fullFence(); // the driver says that it wants to be told, then looks at used.idx
        if (again || wanted((int) (shown - bias) & 0xffff, idx)) {
            notified++;
            bell.ring();
        } else {
            suppressed++;
        }
        owed = false;
    }

    private boolean wanted(int old, int now) {
        return eventIndex ? SplitLayout.passes(avail.get(SHORT, SplitLayout.usedEvent(size)) & 0xffff, old, now)
            : (avail.get(SHORT, FLAGS_AT) & NO_INTERRUPT) == 0;
    }

    @Override
    public void rollback() {
        next = committed >>> 16;
        tail = run = next - (committed & 0xffff);
        early.rollback();
    }

    @Override
    public void revoke(String reason) {
        rollback();
        owed = false;
        fault = reason;
    }

    @Override
    public boolean watch() {
        if (eventIndex) {
            used.set(SHORT, SplitLayout.availEvent(size), (short) next);
        } else {
            used.set(SHORT, FLAGS_AT, (short) 0);
        }
        VarHandle.fullFence(); // the driver moves avail.idx, then looks at NO_NOTIFY or avail_event
        return fault == null && (short) IDX.getAcquire(avail, IDX_AT) != (short) next;
    }

    @Override
    public void unwatch() {
        if (eventIndex) {
            used.set(SHORT, SplitLayout.availEvent(size), (short) (next - 1)); // passed: the index comes here after 65 535 more
        } else {
            used.set(SHORT, FLAGS_AT, NO_NOTIFY);
        }
    }

    private int broken(String reason) {
        fault = reason;
        return BROKEN;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean ordered() {
        return inOrder;
    }

    /// The next available index; where the used ring goes on lies in the used ring. @spec vhost-user, VHOST_USER_GET_VRING_BASE
    @Override
    public int position() {
        return (int) next & 0xffff;
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
