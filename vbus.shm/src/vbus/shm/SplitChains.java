// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static vbus.shm.SplitLayout.DESCRIPTOR_BYTES;
import static vbus.shm.SplitLayout.INDIRECT;
import static vbus.shm.SplitLayout.LONG;
import static vbus.shm.SplitLayout.NEXT;
import static vbus.shm.SplitLayout.WRITE;

import java.lang.foreign.MemorySegment;

/// Follows the chains of a split virtqueue, through its table and through indirect ones.
///
/// Every descriptor is read once and checked. A chain takes at most as many steps as its table has entries, so that one that goes
/// in a circle ends. Threads: the lane's. @spec virtio 1.2, 2.7.5
final class SplitChains {

    private final MemorySegment table;
    private final int size;
    private final boolean indirectAllowed;
    private final IndirectTable indirect = new IndirectTable();

    SplitChains(SplitQueue queue, RingFeatures features) {
        table = queue.table();
        size = queue.size();
        indirectAllowed = features.indirect();
    }

    /// Adds the pieces of the chain that begins at descriptor `head`; null, [Pieces#NO_ROOM], or what is wrong with it.
    String add(Burst burst, Region[] regions, int head) {
        int id = head;
        boolean writing = false;
        for (int steps = 0; ; steps++) {
            if (id >= size || steps == size) { // a chain that is longer than the table goes in a circle
                return "chain %d: descriptor id %d after %d steps: want an id below %d and at most %d steps"
                    .formatted(head, id, steps, size, size);
            }
            final long address = table.get(LONG, (long) id * DESCRIPTOR_BYTES);
            final long word = table.get(LONG, (long) id * DESCRIPTOR_BYTES + 8); // length, flags and next, read at once
            final int length = (int) word;
            final int flags = (int) (word >>> 32) & 0xffff;
            if ((flags & INDIRECT) != 0) {
                return indirect(burst, regions, head, id, address, length, flags, writing);
            }
            if (length < 0 || writing && (flags & WRITE) == 0) {
                return "chain %d: descriptor %d has length %d flags 0x%x: want at most 2^31-1 bytes, readable first"
                    .formatted(head, id, length & 0xffffffffL, flags);
            }
            writing = (flags & WRITE) != 0;
            final String wrong = Pieces.add(burst, regions, address, length, writing);
            if (wrong != null) {
                return wrong == Pieces.NO_ROOM ? wrong : "chain %d: descriptor %d: %s".formatted(head, id, wrong);
            }
            if ((flags & NEXT) == 0) {
                return null;
            }
            id = (int) (word >>> 48);
        }
    }

    /// The rest of a chain, which lies in the table that descriptor `id` describes.
    private String indirect(Burst burst, Region[] regions, int head, int id, long address, int length, int flags, boolean writable) {
        if (!indirectAllowed) {
            return "chain %d: descriptor %d is indirect: want none, the driver did not accept indirect descriptors".formatted(head, id);
        }
        if ((flags & NEXT) != 0) {
            return "chain %d: descriptor %d has flags 0x%x: want no NEXT beside INDIRECT".formatted(head, id, flags);
        }
        final String bad = indirect.open(regions, address, length);
        if (bad != null) {
            return "chain %d: descriptor %d: %s".formatted(head, id, bad);
        }
        final String wrong = entries(burst, regions, writable);
        indirect.close();
        return wrong == null || wrong == Pieces.NO_ROOM ? wrong
            : "chain %d: indirect table of descriptor %d: %s".formatted(head, id, wrong);
    }

    private String entries(Burst burst, Region[] regions, boolean writable) {
        final int entries = indirect.entries();
        boolean writing = writable;
        int entry = 0;
        for (int steps = 0; ; steps++) {
            if (entry >= entries || steps == entries) {
                return "entry %d after %d steps: want an entry below %d and at most %d steps".formatted(entry, steps, entries, entries);
            }
            final long address = indirect.address(entry);
            final long word = indirect.word(entry);
            final int length = (int) word;
            final int flags = (int) (word >>> 32) & 0xffff;
            if (length < 0 || (flags & INDIRECT) != 0 || writing && (flags & WRITE) == 0) {
                return "entry %d has length %d flags 0x%x: want at most 2^31-1 bytes, not indirect, readable first"
                    .formatted(entry, length & 0xffffffffL, flags);
            }
            writing = (flags & WRITE) != 0;
            final String wrong = Pieces.add(burst, regions, address, length, writing);
            if (wrong != null) {
                return wrong == Pieces.NO_ROOM ? wrong : "entry %d: %s".formatted(entry, wrong);
            }
            if ((flags & NEXT) == 0) {
                return null;
            }
            entry = (int) (word >>> 48);
        }
    }
}
