// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.MemorySegment;

/// A range of guest memory: guest addresses `[address, address + memory.byteSize())` are `memory`.
///
/// Ownership: whoever adds the region to a [GuestMemory] owns the segment and unmaps it only after the lanes have let go.
/// Threads: immutable.
///
/// @param address first guest address of the range, bytes
/// @param memory the same range as this process sees it
/// @param backing what stands behind it
public record Region(long address, MemorySegment memory, Backing backing) {

    /// Memory that nobody can take away.
    public Region(long address, MemorySegment memory) {
        this(address, memory, Backing.PROCESS);
    }

    public Region {
        if (memory.byteSize() == 0 || address < 0 || address > Long.MAX_VALUE - memory.byteSize()) {
            throw new IllegalArgumentException("a region of %d bytes at guest address 0x%x: want at least 1 byte below 2^63"
                .formatted(memory.byteSize(), address));
        }
    }

    /// First guest address behind the range.
    public long end() {
        return address + memory.byteSize();
    }

    boolean contains(long guestAddress) {
        return guestAddress >= address && guestAddress - address < memory.byteSize();
    }

    boolean overlaps(Region other) {
        return address < other.end() && other.address < end();
    }
}
