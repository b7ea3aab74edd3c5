// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static vbus.shm.PackedLayout.ADDRESS;
import static vbus.shm.PackedLayout.INDIRECT;
import static vbus.shm.PackedLayout.LONG;
import static vbus.shm.PackedLayout.NEXT;
import static vbus.shm.PackedLayout.ROUND;
import static vbus.shm.PackedLayout.WORD;
import static vbus.shm.PackedLayout.WRITE;

import java.lang.foreign.MemorySegment;

/// Follows the chains of a packed virtqueue: descriptors one behind the other, or one that describes an indirect table.
///
/// Every descriptor is read once and checked. Threads: the lane's. @spec virtio 1.2, 2.8.6 to 2.8.8
final class PackedChains {

    private final MemorySegment ring;
    private final int size;
    private final boolean indirectAllowed;
    private final IndirectTable indirect = new IndirectTable();
    private int descriptors;
    private int id;

    PackedChains(PackedQueue queue, RingFeatures features) {
        ring = queue.ring();
        size = queue.size();
        indirectAllowed = features.indirect();
    }

    /// Descriptors of the chain that was added last.
    int descriptors() {
        return descriptors;
    }

    /// Its buffer id, which the last of them carries.
    int id() {
        return id;
    }

    /// Adds the pieces of the chain that begins at `position`, whose first word was read already, and that has at most `most`
    /// descriptors; null, [Pieces#NO_ROOM], or what is wrong with it.
    String add(Burst burst, Region[] regions, int position, long firstWord, int most) {
        int at = position;
        long word = firstWord;
        boolean writing = false;
        for (int steps = 1; ; steps++) {
            final int flags = PackedLayout.flags(word);
            final int length = (int) word;
            final long address = ring.get(LONG, PackedLayout.at(at) + ADDRESS);
            descriptors = steps;
            id = PackedLayout.id(word);
            if ((flags & ROUND) != PackedLayout.available(at)) {
                return wrong(position, at, "has flags 0x%x: want it available like the first".formatted(flags));
            }
            if ((flags & INDIRECT) != 0) {
                return indirect(burst, regions, position, at, address, length, flags);
            }
            if (length < 0 || writing && (flags & WRITE) == 0) {
                return wrong(position, at, "has length %d flags 0x%x: want at most 2^31-1 bytes, readable first"
                    .formatted(length & 0xffff_ffffL, flags));
            }
            writing = (flags & WRITE) != 0;
            final String wrong = Pieces.add(burst, regions, address, length, writing);
            if (wrong != null) {
                return wrong == Pieces.NO_ROOM ? wrong : wrong(position, at, ": " + wrong);
            }
            if ((flags & NEXT) == 0) {
                return null;
            }
            if (steps == most) {
                return "chain at %d goes on after %d descriptors: want at most that many, the device has the others"
                    .formatted(position & PackedLayout.OFFSET, steps);
            }
            at = PackedLayout.advance(at, 1, size);
            word = ring.get(LONG, PackedLayout.at(at) + WORD);
        }
    }

    private String indirect(Burst burst, Region[] regions, int position, int at, long address, int length, int flags) {
        if (!indirectAllowed) {
            return wrong(position, at, "is indirect: want none, the driver did not accept indirect descriptors");
        }
        if (at != position || (flags & NEXT) != 0) {
            return wrong(position, at, "has flags 0x%x: want an indirect descriptor to be the only one".formatted(flags));
        }
        final String bad = indirect.open(regions, address, length);
        if (bad != null) {
            return wrong(position, at, ": " + bad);
        }
        final String wrong = entries(burst, regions);
        indirect.close();
        return wrong == null || wrong == Pieces.NO_ROOM ? wrong : wrong(position, at, ": indirect table: " + wrong);
    }

    /// Every entry of the table, in its order; of their flags only WRITE counts.
    private String entries(Burst burst, Region[] regions) {
        boolean writing = false;
        for (int entry = 0; entry < indirect.entries(); entry++) {
            final long address = indirect.address(entry);
            final long word = indirect.word(entry);
            final int length = (int) word;
            final int flags = PackedLayout.flags(word);
            if (length < 0 || writing && (flags & WRITE) == 0) {
                return "entry %d has length %d flags 0x%x: want at most 2^31-1 bytes, readable first"
                    .formatted(entry, length & 0xffff_ffffL, flags);
            }
            writing = (flags & WRITE) != 0;
            final String wrong = Pieces.add(burst, regions, address, length, writing);
            if (wrong != null) {
                return wrong == Pieces.NO_ROOM ? wrong : "entry %d: %s".formatted(entry, wrong);
            }
        }
        return null;
    }

    private static String wrong(int chain, int at, String what) {
        return "chain at %d: descriptor %d%s%s".formatted(chain & PackedLayout.OFFSET, at & PackedLayout.OFFSET,
            what.startsWith(":") ? "" : " ", what);
    }
}
