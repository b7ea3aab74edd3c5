// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A table of descriptors that a guest keeps in memory of its own, as a descriptor of its ring describes it: the device's view.
///
/// It may begin at any guest address. Its entries are read once each, while a chain is taken.
/// Threads: the lane's. @spec virtio 1.2, 2.7.5.3 and 2.8.8
final class IndirectTable {

    static final int ENTRY_BYTES = 16;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private MemorySegment memory;
    private long at;
    private int entries;

    /// Finds the table; null, or what is wrong with it.
    String open(Region[] regions, long address, int length) {
        if (length <= 0 || length % ENTRY_BYTES != 0) {
            return "an indirect table of %d bytes: want a multiple of %d".formatted(length & 0xffffffffL, ENTRY_BYTES);
        }
        final Region r = GuestMemory.find(regions, address);
        if (r == null || !r.contains(address, length)) {
            return "indirect table 0x%x + %d bytes is not inside one region of the guest's memory".formatted(address, length);
        }
        memory = r.memory();
        at = address - r.address();
        entries = length / ENTRY_BYTES;
        return null;
    }

    int entries() {
        return entries;
    }

    long address(int entry) {
        return memory.get(LONG, at + (long) entry * ENTRY_BYTES);
    }

    /// Length, flags and what else there is, read at once; the kind of ring knows where they are.
    long word(int entry) {
        return memory.get(LONG, at + (long) entry * ENTRY_BYTES + 8);
    }

    /// Lets go of the guest's memory.
    void close() {
        memory = null;
    }
}
