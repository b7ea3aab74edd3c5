// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// What a guest lets the host see: a table of regions that do not overlap.
///
/// Threads: lookups from any thread, without a lock, on one immutable table per burst; add and remove exclude each other.
/// A lookup that began before a removal may still answer with the removed region, so its owner unmaps it only after
/// every lane has passed a burst boundary.
public final class GuestMemory {

    private static final Region[] NONE = {};
    private volatile Region[] table = NONE;

    /// Adds a region.
    /// Errors: IllegalArgumentException when it overlaps another; the table is unchanged.
    public synchronized void add(Region region) {
        for (Region r : table) {
            if (r.overlaps(region)) {
                throw new IllegalArgumentException("region 0x%x..0x%x overlaps region 0x%x..0x%x"
                    .formatted(region.address(), region.end(), r.address(), r.end()));
            }
        }
        Region[] next = Arrays.copyOf(table, table.length + 1);
        next[table.length] = region;
        table = next;
    }

    /// Removes a region; true when it was there.
    public synchronized boolean remove(Region region) {
        Region[] next = Arrays.stream(table).filter(r -> r != region).toArray(Region[]::new);
        boolean removed = next.length < table.length;
        table = next;
        return removed;
    }

    /// Removes all regions.
    public synchronized void clear() {
        table = NONE;
    }

    /// Total size of the regions in bytes.
    public long byteSize() {
        return Arrays.stream(table).mapToLong(r -> r.memory().byteSize()).sum();
    }

    /// True while all of it is there; false once the guest shortened a file behind it. Asks the system.
    public boolean isIntact() {
        for (Region r : table) {
            if (!r.backing().isIntact()) {
                return false;
            }
        }
        return true;
    }

    /// True when some of it may have been gone for a while, and be back, since this was asked last; see [Backing#hasChanged].
    public boolean hasChanged() {
        boolean any = false;
        for (Region r : table) {
            any |= r.backing().hasChanged();
        }
        return any;
    }

    /// The range as one segment.
    /// Errors: IllegalArgumentException when a byte of it lies outside the regions, or it spans two.
    public MemorySegment segment(long address, long byteCount) {
        Region r = find(table, address);
        if (r == null || byteCount < 0 || byteCount > r.end() - address) {
            throw new IllegalArgumentException("guest range 0x%x + %d bytes is outside the guest's memory".formatted(address, byteCount));
        }
        return r.memory().asSlice(address - r.address(), byteCount);
    }

    /// Copies out of the guest's memory, once: what it writes later is not seen.
    /// Errors: IllegalArgumentException when a byte of the range lies outside the regions; nothing allocated, nothing copied then.
    /// InternalError when it was gone, and never later than here.
    public void read(long address, MemorySegment to, long toOffset, long byteCount) {
        copy(address, to, toOffset, byteCount, false);
    }

    /// Copies into the guest's memory. Errors: as `read`.
    public void write(long address, MemorySegment from, long fromOffset, long byteCount) {
        copy(address, from, fromOffset, byteCount, true);
    }

    private void copy(long address, MemorySegment other, long offset, long byteCount, boolean toGuest) {
        final Region[] regions = table;
        check(regions, address, byteCount);
        boolean lasting = true;
        for (long done = 0; done < byteCount; ) {
            final Region r = find(regions, address + done);
            final long in = address + done - r.address();
            final long n = Math.min(byteCount - done, r.memory().byteSize() - in);
            if (toGuest) {
                MemorySegment.copy(other, offset + done, r.memory(), in, n);
            } else {
                MemorySegment.copy(r.memory(), in, other, offset + done, n);
            }
            lasting &= r.backing() == Backing.PROCESS;
            done += n;
        }
        if (!lasting) {
            Fault.surface(); // before somebody acts on what was read
        }
    }

    private static void check(Region[] regions, long address, long byteCount) {
        for (long done = 0; done < byteCount; ) {
            final Region r = find(regions, address + done);
            if (r == null) {
                throw new IllegalArgumentException("guest range 0x%x + %d bytes is outside the guest's memory"
                    .formatted(address, byteCount));
            }
            done += Math.min(byteCount - done, r.end() - (address + done));
        }
    }

    /// The table of this moment, to be used for one burst.
    Region[] table() {
        return table;
    }

    static Region find(Region[] table, long address) {
        for (Region r : table) {
            if (r.contains(address)) {
                return r;
            }
        }
        return null;
    }
}
