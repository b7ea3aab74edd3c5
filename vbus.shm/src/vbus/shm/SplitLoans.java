// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static vbus.shm.SplitLayout.DESCRIPTOR_BYTES;
import static vbus.shm.SplitLayout.LONG;
import static vbus.shm.SplitLayout.NEXT;
import static vbus.shm.SplitLayout.RING_AT;
import static vbus.shm.SplitLayout.SHORT;

import java.lang.foreign.MemorySegment;

/// What a driver lent to the device by a split virtqueue: its own copy of every descriptor, and what is free.
///
/// ```
///   of descriptor id, four words:   address | length, flags, next | cookie | loan
///   loan, of the first of a chain:  bytes that the device may write << 32 | descriptors << 16 | place in the available ring
/// ```
/// Descriptors are used in turn: first returned, first used. A ring that is served in order has the same descriptor at the same
/// place in each round then, and what lies there already is not written again: its cache lines stay with both sides. It is also
/// the order that IN_ORDER asks for.
/// Threads: the driver's.
final class SplitLoans extends Apart {

    private static final int WORDS = 2; // log2 of words a descriptor
    private static final int WORD = 1;
    private static final int COOKIE = 2;
    private static final int LOAN = 3;

    private final MemorySegment table;
    private final MemorySegment avail;
    private final int mask;
    private final boolean inOrder;
    private final long[] words;
    private final char[] heads; // of the chain at a place, as they lie in the available ring
    private final char[] freeIds; // from freeAt on and before freeEnd; in order: no use, each id is at its place
    private int freeAt;
    private int freeEnd;
    private boolean single = true; // every chain so far was one descriptor
    private boolean readableOnly = true;
    private boolean rounds; // every place had a chain

    SplitLoans(SplitQueue queue, boolean inOrder) {
        table = queue.table();
        avail = queue.avail();
        mask = queue.size() - 1;
        this.inOrder = inOrder;
        words = new long[queue.size() << WORDS];
        heads = new char[queue.size()];
        freeIds = new char[inOrder ? 0 : queue.size()];
        for (int id = 0; id < freeIds.length; id++) {
            freeIds[id] = (char) id;
        }
        freeEnd = queue.size();
    }

    int free() {
        return freeEnd - freeAt;
    }

    /// The free descriptor that is the `n`th in turn.
    int next(int n) {
        final int at = freeAt + n & mask;
        return inOrder ? at : freeIds[at];
    }

    /// Writes a descriptor, if it is not that already.
    void descriptor(int id, long address, long word) {
        final int at = id << WORDS;
        if (words[at] != address) {
            words[at] = address;
            table.set(LONG, (long) id * DESCRIPTOR_BYTES, address);
        }
        if (words[at + WORD] != word) {
            words[at + WORD] = word;
            table.set(LONG, (long) id * DESCRIPTOR_BYTES + 8, word);
        }
    }

    /// Lends the next so many descriptors as the chain at `place`.
    void lend(int place, int descriptors, int writableBytes, long cookie) {
        final int head = next(0);
        final int at = head << WORDS;
        if (words[at + COOKIE] != cookie) {
            words[at + COOKIE] = cookie;
        }
        final long loan = (long) writableBytes << 32 | (long) descriptors << 16 | place;
        if (words[at + LOAN] != loan) {
            words[at + LOAN] = loan;
        }
        if (heads[place] != head) {
            heads[place] = (char) head;
            avail.set(SHORT, RING_AT + 2L * place, (short) head);
        }
        freeAt += descriptors;
        if (descriptors > 1 || writableBytes > 0) {
            single &= descriptors == 1;
            readableOnly &= writableBytes == 0;
        }
        rounds |= place == mask;
    }

    /// True while no chain had anything for the device to write.
    boolean readableOnly() {
        return readableOnly;
    }

    /// True when the device has a chain that begins with this descriptor. In order, what was given back counts too.
    boolean isLent(int id) {
        return id >= 0 && id <= mask && words[(id << WORDS) + LOAN] != 0;
    }

    /// The first descriptor of the chain at a place.
    int head(int place) {
        return heads[place];
    }

    long cookie(int head) {
        return words[(head << WORDS) + COOKIE];
    }

    int writableBytes(int head) {
        return (int) (words[(head << WORDS) + LOAN] >>> 32);
    }

    int place(int head) {
        return (int) words[(head << WORDS) + LOAN] & 0x7fff;
    }

    private int descriptors(int head) {
        return (int) words[(head << WORDS) + LOAN] >>> 16;
    }

    /// Offers again what was offered a round ago, when each chain was one descriptor, at its own place; how many, at most `most`.
    int again(int most) {
        final int n = single && rounds ? Math.min(most, free()) : 0;
        freeAt += n;
        return n;
    }

    /// `number` chains came back in order, from place `from` on. Tells of each its cookie, and that all of it was used, if that is asked.
    void giveBack(int from, int number, long[] cookies, int[] lengths, int at) {
        if (cookies == null && single) {
            freeEnd += number;
            return;
        }
        int descriptors = 0;
        for (int i = 0; i < number; i++) {
            final int head = heads[from + i & mask];
            final long loan = words[(head << WORDS) + LOAN];
            if (cookies != null) {
                cookies[at + i] = words[(head << WORDS) + COOKIE];
                lengths[at + i] = (int) (loan >>> 32);
            }
            descriptors += (int) loan >>> 16;
        }
        freeEnd += descriptors;
    }

    /// One chain came back in its own time.
    void giveBack(int head) {
        words[(head << WORDS) + LOAN] = 0;
        int id = head;
        while ((words[(id << WORDS) + WORD] & (long) NEXT << 32) != 0) {
            freeIds[freeEnd++ & mask] = (char) id;
            id = (int) (words[(id << WORDS) + WORD] >>> 48);
        }
        freeIds[freeEnd++ & mask] = (char) id;
    }
}
