// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

import java.util.Arrays;

/// A set of fingerprints, up to a bound.
final class States {

    private final int most;
    private long[] slots = new long[1 << 12]; // 0 is free
    private int size;

    States(int most) {
        this.most = most;
    }

    /// False when it was there. A full set takes no more.
    boolean add(long fingerprint) {
        final long key = fingerprint == 0 ? 1 : fingerprint;
        int i = (int) key & slots.length - 1;
        while (slots[i] != 0) {
            if (slots[i] == key) {
                return false;
            }
            i = i + 1 & slots.length - 1;
        }
        if (isFull()) {
            return false;
        }
        slots[i] = key;
        size++;
        if (size * 2 > slots.length) {
            grow();
        }
        return true;
    }

    private void grow() {
        final long[] old = slots;
        slots = new long[2 * old.length];
        size = 0;
        for (long key : old) {
            if (key != 0) {
                add(key);
            }
        }
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return size >= most;
    }

    void clear() {
        Arrays.fill(slots, 0);
        size = 0;
    }
}
