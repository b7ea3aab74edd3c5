// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.MemorySegment;

/// A range of guest memory: guest addresses `[address, address + memory.byteSize())` are `memory`.
///
/// Ownership: whoever adds the region to a [GuestMemory] owns the segment and unmaps it only after the lanes have let go.
/// Threads: immutable.
public final class Region {

    /// A region that has nothing.
    static final Region NONE = new Region();

    private final long address;
    private final long bytes;
    private final MemorySegment memory;
    private final Backing backing;

    private Region() {
        address = 0;
        bytes = 0;
        memory = MemorySegment.NULL;
        backing = Backing.PROCESS;
    }

    /// Memory that nobody can take away.
    public Region(long address, MemorySegment memory) {
        this(address, memory, Backing.PROCESS);
    }

    /// @param address first guest address of the range, bytes
    /// @param memory the same range as this process sees it
    /// @param backing what stands behind it
    public Region(long address, MemorySegment memory, Backing backing) {
        bytes = memory.byteSize();
        if (bytes == 0 || address < 0 || address > Long.MAX_VALUE - bytes) {
            throw new IllegalArgumentException("a region of %d bytes at guest address 0x%x: want at least 1 byte below 2^63"
                .formatted(bytes, address));
        }
        this.address = address;
        this.memory = memory;
        this.backing = backing;
    }

    /// First guest address of the range.
    public long address() {
        return address;
    }

    /// The range as this process sees it.
    public MemorySegment memory() {
        return memory;
    }

    /// What stands behind it.
    public Backing backing() {
        return backing;
    }

    /// Its size in bytes.
    public long byteSize() {
        return bytes;
    }

    /// First guest address behind the range.
    public long end() {
        return address + bytes;
    }

    boolean contains(long guestAddress) {
        final long offset = guestAddress - address;
        return guestAddress >= 0 && offset >= 0 && offset < bytes;
    }

    /// True when the range begins here and all of it does; an empty one begins somewhere too.
    boolean contains(long guestAddress, int byteCount) {
        final long offset = guestAddress - address; // an address above 2^63 gives one behind the end, or a negative one
        return offset >= 0 && offset < bytes && byteCount <= bytes - offset;
    }

    boolean overlaps(Region other) {
        return address < other.end() && other.address < end();
    }

    @Override
    public String toString() {
        return "region 0x%x..0x%x".formatted(address, end());
    }
}
