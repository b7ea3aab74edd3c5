// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static vbus.shm.SplitLayout.INT;
import static vbus.shm.SplitLayout.RING_AT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The elements of a used ring. What lies there already is not written again, so that its cache lines stay with both sides.
///
/// Threads: the lane's.
final class SplitElements {

    private static final long UNKNOWN = -1; // its id would be 2^32-1

    private final MemorySegment used;
    private final long[] known; // as they lie there

    SplitElements(SplitQueue queue) {
        used = queue.used();
        known = new long[queue.size()];
        Arrays.fill(known, UNKNOWN);
    }

    void set(int place, int id, int writtenBytes) {
        final long element = (long) writtenBytes << 32 | id;
        if (known[place] != element) {
            used.set(INT, RING_AT + 8L * place, id);
            used.set(INT, RING_AT + 8L * place + 4, writtenBytes);
            known[place] = element;
        }
    }
}
