// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// Turns a range of guest addresses, which the guest chose, into checked pieces of a burst.
final class Pieces {

    /// The burst has no room for another piece.
    static final String NO_ROOM = "no room";

    /// All of the range is in the burst.
    static final int ADDED = 0;
    /// The burst has not the room.
    static final int FULL = 1;
    /// A byte of the range is outside the guest's memory.
    static final int OUTSIDE = 2;

    private Pieces() { }

    /// Adds the range; null when it is inside the guest's memory, [#NO_ROOM], or what is wrong with it.
    static String add(Burst burst, Region[] table, long address, int length, boolean deviceWrites) {
        return switch (place(burst, table, address, length, deviceWrites)) {
            case ADDED -> null;
            case FULL -> NO_ROOM;
            default -> "guest range 0x%x + %d bytes is outside the guest's memory".formatted(address, length);
        };
    }

    /// Adds the range, `length` of which is not negative: [#ADDED], [#FULL] or [#OUTSIDE]; a part of it may be added then.
    static int place(Burst burst, Region[] table, long address, int length, boolean deviceWrites) {
        long at = address;
        int left = length;
        do {
            final Region r = GuestMemory.find(table, at);
            if (r == null) {
                return OUTSIDE;
            }
            final int n = (int) Math.min(left, r.end() - at);
            if (!burst.add(r.memory(), at - r.address(), n, deviceWrites)) {
                return FULL;
            }
            at += n;
            left -= n;
        } while (left > 0); // a buffer may lie across two regions that touch
        return ADDED;
    }
}
