// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// Fills a burst with chains that a device builds itself from guest addresses, as its own descriptors name them.
///
/// ```
///   begin(burst) ─▶ readable(address, bytes)* ─▶ writable(address, bytes)* ─▶ end(token) ─▶ the next chain …
///                        '── false: abandon(), and the next chain, or what is there is worked off first ──'
/// ```
/// The pieces are checked against the guest's memory of the moment of `begin`; the burst is read, written and copied as one that
/// a ring filled. It is no ring's: none of its chains may be given to a [Ring].
///
/// Units: guest addresses, bytes.
/// Errors: what a guest wrote gives `false`, never an exception. IllegalStateException for a device's own mistakes: a readable
/// piece behind a writable one, an `end` without room for a chain.
/// Ownership: the device's; it is for one guest, and the burst is good for one burst boundary: `begin` for each.
/// Threads: one at a time. Allocates nothing after it was made.
public final class Gather extends Apart {

    private final GuestMemory memory;
    private Region[] table;
    private Region last; // most pieces lie where the one before lay
    private Burst burst;
    private boolean writing;
    private boolean full;

    /// Makes chains of this guest's memory.
    public Gather(GuestMemory memory) {
        this.memory = memory;
    }

    /// Empties the burst, whose chains follow. Takes the guest's memory as it is now.
    public void begin(Burst into) {
        burst = into;
        burst.clear();
        table = memory.table();
        last = Region.NONE;
        full = false;
        open();
    }

    /// Adds what the device reads to the open chain; a range may span regions that touch. False, and nothing of it is added, when
    /// a byte of it is outside the guest's memory, `bytes` is negative, or the burst has no room: see [#isFull].
    public boolean readable(long address, int bytes) {
        if (writing) {
            throw new IllegalStateException("a readable piece behind a writable one: want readable ones first");
        }
        return add(address, bytes, false);
    }

    /// Adds what the device writes to the open chain. False: as `readable`.
    public boolean writable(long address, int bytes) {
        return add(address, bytes, true);
    }

    private boolean add(long address, int bytes, boolean deviceWrites) {
        full = burst.isFull();
        if (bytes < 0 || full) {
            return false;
        }
        if (!last.contains(address, bytes)) {
            return across(address, bytes, deviceWrites);
        }
        full = !burst.add(last.memory(), address - last.address(), bytes, deviceWrites);
        writing |= deviceWrites && !full;
        return !full;
    }

    private boolean across(long address, int bytes, boolean deviceWrites) {
        final int mark = burst.mark();
        final int result = Pieces.place(burst, table, address, bytes, deviceWrites);
        if (result != Pieces.ADDED) {
            burst.back(mark);
            full = result == Pieces.FULL;
            return false;
        }
        last = GuestMemory.find(table, address);
        writing |= deviceWrites;
        return true;
    }

    /// True when the last piece was refused as the burst had no room: a chain that does not fit behind others may fit alone.
    public boolean isFull() {
        return full;
    }

    /// Ends the open chain; it may have no piece. `token` is the device's, and told by [#token].
    public void end(int token) {
        if (burst.isFull()) {
            throw new IllegalStateException("the burst holds %d chains already: want none to end".formatted(burst.chains()));
        }
        burst.close(token);
        open();
    }

    /// What `end` was told of this chain.
    public int token(int chain) {
        return burst.token(chain);
    }

    /// Forgets the pieces of the open chain, and begins it anew.
    public void abandon() {
        burst.abandon();
        open();
    }

    private void open() {
        burst.open();
        writing = false;
    }
}
