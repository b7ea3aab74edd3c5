// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.concurrent.ThreadLocalRandom;

/// Which port a station of a VLAN was last heard at: a hash table with open addressing and a fixed limit.
///
/// ```
///   station:    bit 63..60   59..48   47..0       key[slot]     0 = free, else station | PRESENT
///               0            VLAN     MAC         value[slot]   port
///                                                 heard[slot]   second of the last frame, or FOREVER: it was configured
/// ```
/// A configured station is neither forgotten nor found elsewhere by what frames say; for it a learned one makes room.
/// Probing is linear and removal shifts the rest of a run back, so there are no tombstones. The multiplier of the hash is
/// random: a guest that chooses its addresses can not line them up in one run and slow the lane down.
///
/// Units: time in seconds of a coarse clock that the caller reads once per burst.
/// Threads: the lane's. Allocates nothing after construction.
final class MacTable<P> {

    /// The most addresses that a table may have, which stops a configuration from taking all memory: 2 Mi slots of 20 bytes.
    static final int MAX_LIMIT = 1 << 20;

    private static final int VLAN_SHIFT = 48;
    private static final long PRESENT = 1L << 60;
    private static final long FOREVER = Long.MAX_VALUE;
    private static final int AGED_PER_LEARN = 16;

    private final int limit;
    private final long ageing;
    private final int mask;
    private final int shift;
    private final long multiplier = ThreadLocalRandom.current().nextLong() | 1;
    private final long[] key;
    private final long[] heard;
    private final P[] value;
    private int size;
    private int fixed;
    private int hand;

    /// A table of up to `limit` addresses, forgotten when not heard of for `ageingSeconds`.
    @SuppressWarnings("unchecked")
    MacTable(int limit, long ageingSeconds) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("maxAddresses %d: want 1..%d".formatted(limit, MAX_LIMIT));
        }
        if (ageingSeconds < 1) {
            throw new IllegalArgumentException("MAC addresses age in %d s: want at least 1".formatted(ageingSeconds));
        }
        this.limit = limit;
        ageing = ageingSeconds;
        final int slots = Integer.highestOneBit(2 * limit - 1) * 2; // at most half full, so runs stay short
        mask = slots - 1;
        shift = Long.SIZE - Integer.numberOfTrailingZeros(slots);
        key = new long[slots];
        heard = new long[slots];
        value = (P[]) new Object[slots];
    }

    /// Sees the entries of a table.
    interface Visitor<P> {

        /// @param age in seconds, -1 for a configured station
        void entry(long station, P port, long age);
    }

    /// A MAC address in a VLAN.
    static long station(int vlan, long mac) {
        return (long) vlan << VLAN_SHIFT | mac;
    }

    /// The VLAN of a station.
    static int vlan(long station) {
        return (int) (station >>> VLAN_SHIFT);
    }

    /// The MAC address of a station.
    static long mac(long station) {
        return station & (1L << VLAN_SHIFT) - 1;
    }

    /// As people write it: `02:00:00:00:00:01/10`.
    static String text(long station) {
        return Mac.text(mac(station)) + (vlan(station) == 0 ? "" : "/" + vlan(station));
    }

    /// The port of a station, null when it is not known or was not heard of for too long.
    P find(long station, long now) {
        final int slot = slot(station | PRESENT);
        return key[slot] == 0 || now - heard[slot] > ageing ? null : value[slot];
    }

    /// A frame came from the station; it may have moved. False when it is new and the table is full.
    boolean learn(long station, P port, long now) {
        int slot = slot(station | PRESENT);
        if (key[slot] == 0) {
            if (size == limit) {
                forgetSomeAged(now);
                if (size == limit) {
                    return false;
                }
                slot = slot(station | PRESENT); // what was behind the forgotten moved
            }
            key[slot] = station | PRESENT;
            size++;
        } else if (heard[slot] == FOREVER) {
            return true;
        }
        value[slot] = port;
        heard[slot] = now;
        return true;
    }

    /// The station is at this port until the port is forgotten. False when all others are configured too and the table is full.
    boolean fix(long station, P port) {
        int slot = slot(station | PRESENT);
        if (key[slot] == 0) {
            if (size == limit) {
                if (fixed == limit) {
                    return false;
                }
                forgetOneLearned();
                slot = slot(station | PRESENT);
            }
            key[slot] = station | PRESENT;
            size++;
        }
        fixed += heard[slot] == FOREVER ? 0 : 1;
        value[slot] = port;
        heard[slot] = FOREVER;
        return true;
    }

    /// Forgets all stations at a port, in one pass over the slots.
    void forget(P port) {
        for (int slot = 0; slot <= mask; slot++) {
            while (value[slot] == port) {
                remove(slot); // shifts another one in, so look again
            }
        }
    }

    /// The stations that were heard at a port, without the configured ones; as many as fit. The result is their number.
    int stations(P port, long[] all) {
        int n = 0;
        for (int slot = 0; slot <= mask && n < all.length; slot++) {
            if (value[slot] == port && heard[slot] != FOREVER) {
                all[n++] = key[slot] & PRESENT - 1;
            }
        }
        return n;
    }

    /// Shows all entries that are not too old.
    void each(long now, Visitor<P> visitor) {
        for (int slot = 0; slot <= mask; slot++) {
            if (key[slot] != 0 && now - heard[slot] <= ageing) {
                visitor.entry(key[slot] & PRESENT - 1, value[slot], heard[slot] == FOREVER ? -1 : now - heard[slot]);
            }
        }
    }

    /// The most slots that a look into the table may have to pass.
    int longestRun() {
        int longest = 0;
        int run = 0;
        for (int i = 0; i <= 2 * mask; i++) { // twice around, as a run may go over the end
            run = key[i & mask] == 0 ? 0 : run + 1;
            longest = Math.max(longest, run);
        }
        return longest;
    }

    /// Number of addresses, with those that aged and were not yet forgotten.
    int size() {
        return size;
    }

    /// A full table makes room a few slots at a time, so that a guest that invents addresses costs each frame the same.
    private void forgetSomeAged(long now) {
        for (int i = 0; i < AGED_PER_LEARN; i++) {
            hand = hand + 1 & mask;
            if (key[hand] != 0 && now - heard[hand] > ageing) {
                remove(hand);
            }
        }
    }

    private void forgetOneLearned() {
        do {
            hand = hand + 1 & mask;
        } while (key[hand] == 0 || heard[hand] == FOREVER);
        remove(hand);
    }

    /// The slot of a key, or the free one where it would be.
    private int slot(long k) {
        int slot = home(k);
        while (key[slot] != 0 && key[slot] != k) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private int home(long k) {
        return (int) (k * multiplier >>> shift);
    }

    private void remove(int slot) {
        fixed -= heard[slot] == FOREVER ? 1 : 0;
        int free = slot;
        for (int next = free + 1 & mask; key[next] != 0; next = next + 1 & mask) {
            final int home = home(key[next]);
            if ((next - home & mask) >= (next - free & mask)) { // its run began at or before the free slot
                key[free] = key[next];
                heard[free] = heard[next];
                value[free] = value[next];
                free = next;
            }
        }
        key[free] = 0;
        heard[free] = 0;
        value[free] = null;
        size--;
    }
}
