// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static vbus.shm.PackedLayout.LONG;
import static vbus.shm.PackedLayout.ROUND;
import static vbus.shm.PackedLayout.WORD;
import static vbus.shm.PackedLayout.WORDS;

import java.lang.foreign.MemorySegment;

/// Used descriptors of a packed virtqueue that the driver does not see yet.
///
/// Threads: the lane's.
final class PackedCompletions {

    private final MemorySegment ring;
    private final int size;
    private final char[] id;
    private final int[] descriptors; // that one stands for
    private final int[] written;
    private int count;
    private boolean open; // the last one may stand for more chains

    PackedCompletions(PackedQueue queue) {
        ring = queue.ring();
        size = queue.size();
        id = new char[size];
        descriptors = new int[size];
        written = new int[size];
    }

    int count() {
        return count;
    }

    /// Adds a chain.
    void add(int chainId, int chainDescriptors, int writtenBytes) {
        final int c = count;
        id[c] = (char) chainId;
        descriptors[c] = chainDescriptors;
        written[c] = writtenBytes;
        count = c + 1;
    }

    /// Adds one or several chains behind the others, in order. What had nothing writable is joined with what comes.
    void join(int lastId, int chainDescriptors, int writtenBytes) {
        final boolean nothing = writtenBytes == HeldBack.NOTHING_WRITABLE;
        if (open) {
            final int c = count - 1;
            id[c] = (char) lastId;
            descriptors[c] += chainDescriptors;
            written[c] = nothing ? 0 : writtenBytes;
        } else {
            add(lastId, chainDescriptors, nothing ? 0 : writtenBytes);
        }
        open = nothing;
    }

    /// Writes them from position `shown` on, the first at last: it shows the others.
    ///
    /// The first `interrupted` were written once before, by a `write` that an error ended. When the driver can see the first of
    /// them, it sees all, may have taken them back already, and they are not to be written again.
    void write(int shown, int interrupted) {
        open = false;
        int from = 0;
        int first = shown;
        if (interrupted > 0 && !isAvailable(shown)) {
            for (; from < interrupted; from++) {
                first = PackedLayout.advance(first, descriptors[from], size);
            }
        }
        if (from == count) {
            return;
        }
        int at = PackedLayout.advance(first, descriptors[from], size);
        for (int c = from + 1; c < count; c++) {
            ring.set(LONG, PackedLayout.at(at) + WORD, word(c, at));
            at = PackedLayout.advance(at, descriptors[c], size);
        }
        WORDS.setRelease(ring, PackedLayout.at(first) + WORD, word(from, first)); // pairs with the driver's acquire of it
    }

    private long word(int c, int position) {
        return PackedLayout.word(written[c], id[c], PackedLayout.used(position) | (written[c] > 0 ? PackedLayout.WRITE : 0));
    }

    private boolean isAvailable(int position) {
        return (PackedLayout.flags(ring.get(LONG, PackedLayout.at(position) + WORD)) & ROUND) == PackedLayout.available(position);
    }

    /// The driver sees them.
    void clear() {
        count = 0;
        open = false;
    }

    /// Forgets all but the first `number`.
    void keep(int number) {
        count = number;
        open = false;
    }
}
