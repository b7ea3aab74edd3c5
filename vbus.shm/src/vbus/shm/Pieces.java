// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// Turns a range of guest addresses, which the guest chose, into checked pieces of a burst.
final class Pieces {

    /// The burst has no room for another piece.
    static final String NO_ROOM = "no room";

    private Pieces() { }

    /// Adds the range; null when it is inside the guest's memory, [#NO_ROOM], or what is wrong with it.
    static String add(Burst burst, Region[] table, long address, int length, boolean deviceWrites) {
        long at = address;
        int left = length;
        do {
            final Region r = GuestMemory.find(table, at);
            if (r == null) {
                return "guest range 0x%x + %d bytes is outside the guest's memory".formatted(address, length);
            }
            final int n = (int) Math.min(left, r.end() - at);
            if (!burst.add(r.memory(), at - r.address(), n, deviceWrites)) {
                return NO_ROOM;
            }
            at += n;
            left -= n;
        } while (left > 0); // a buffer may lie across two regions that touch
        return null;
    }
}
