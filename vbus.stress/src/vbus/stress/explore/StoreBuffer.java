// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

/// What a processor stored and the others do not see yet, oldest first.
///
/// Ringing a doorbell is an entry as well: it reaches the sleeper after all that was stored before, and is no fence.
final class StoreBuffer {

    private static final int MOST = 256;

    private final int[] place = new int[MOST];
    private final int[] bytes = new int[MOST]; // 0 for a doorbell
    private final long[] value = new long[MOST];
    private final boolean[] release = new boolean[MOST];
    private int size;

    void add(int at, int width, long stored, boolean afterAllBefore) {
        if (size == MOST) {
            throw new IllegalStateException("more than %d stores wait: want a shorter scenario".formatted(MOST));
        }
        place[size] = at;
        bytes[size] = width;
        value[size] = stored;
        release[size++] = afterAllBefore;
    }

    int size() {
        return size;
    }

    boolean isDoorbell(int entry) {
        return bytes[entry] == 0;
    }

    int place(int entry) {
        return place[entry];
    }

    int bytes(int entry) {
        return bytes[entry];
    }

    long value(int entry) {
        return value[entry];
    }

    /// Whether the newest stores alone give these bytes.
    boolean holds(int at, int width) {
        long missing = width == 8 ? -1 : (1L << 8 * width) - 1;
        for (int e = size - 1; e >= 0 && missing != 0; e--) {
            missing &= ~mask(e, at, width);
        }
        return missing == 0;
    }

    /// The bytes as the processor itself sees them: `memory` below its own stores.
    long over(long memory, int at, int width) {
        long seen = memory;
        for (int e = 0; e < size; e++) {
            final long mask = mask(e, at, width);
            if (mask != 0) {
                final int shift = 8 * (place[e] - at);
                seen = seen & ~mask | (shift >= 0 ? value[e] << shift : value[e] >>> -shift) & mask;
            }
        }
        return seen;
    }

    /// The bits of a read that an entry gives.
    private long mask(int e, int at, int width) {
        final int from = Math.max(at, place[e]);
        final int to = Math.min(at + width, place[e] + bytes[e]);
        if (from >= to) {
            return 0;
        }
        final int n = 8 * (to - from);
        return (n == 64 ? -1 : (1L << n) - 1) << 8 * (from - at);
    }

    /// Whether an entry may pass those before it, on a machine that keeps only the order of stores to one place and of releases.
    boolean mayPass(int entry) {
        for (int e = 0; e < entry; e++) {
            if (release[entry] || place[e] < place[entry] + bytes[entry] && place[entry] < place[e] + bytes[e]) {
                return false;
            }
        }
        return true;
    }

    void remove(int entry) {
        size--;
        for (int e = entry; e < size; e++) {
            place[e] = place[e + 1];
            bytes[e] = bytes[e + 1];
            value[e] = value[e + 1];
            release[e] = release[e + 1];
        }
    }

    long fingerprint() {
        long f = size;
        for (int e = 0; e < size; e++) {
            f = Mix.of(f, place[e] * 16L + bytes[e] ^ value[e] << 20);
        }
        return f;
    }
}
