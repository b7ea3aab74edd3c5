// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.util.Arrays;

/// Completions that came before their turn, on a ring that shows them in the order of `take`.
///
/// A chain is known by its place in the ring; of two chains that the device holds, no two have one place. What is noted here stays
/// until the place is taken again, so that a rollback finds it.
/// Threads: the lane's.
final class HeldBack extends Apart {

    /// Instead of a number of bytes: the chain had no writable part.
    static final int NOTHING_WRITABLE = -2;

    private static final int OPEN = -1;

    private final int[] written;
    private final long[] since;
    private long publishes;
    private boolean idle = true; // nothing came before its turn yet, as with most devices

    HeldBack(int places) {
        written = new int[places];
        since = new long[places];
        Arrays.fill(written, OPEN);
    }

    /// True while nothing came before its turn: `open` has nothing to do.
    boolean isIdle() {
        return idle;
    }

    /// A chain was taken at `place`.
    void open(int place) {
        if (!idle && written[place] != OPEN) {
            written[place] = OPEN;
        }
    }

    /// The chain at `place` was completed with so many bytes, or [#NOTHING_WRITABLE].
    void complete(int place, int bytes) {
        idle = false;
        since[place] = publishes;
        written[place] = bytes;
    }

    boolean isComplete(int place) {
        return !idle && written[place] != OPEN;
    }

    int written(int place) {
        return written[place];
    }

    /// A rollback goes back to here.
    void publish() {
        publishes++;
    }

    /// Forgets what was completed since the last `publish`.
    void rollback() {
        for (int place = 0; place < written.length; place++) {
            if (since[place] == publishes) {
                written[place] = OPEN;
            }
        }
    }
}
