// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.shm.Backing;
import vbus.shm.GuestMemory;
import vbus.shm.Region;
import vbus.shm.linux.SharedFile;

/// A guest's memory, mapped.
///
/// Rings and pools may lie in any region. Call slots and event queues, which this connector's own threads and every lane touch,
/// must lie in files that are sealed against shrinking: [#sealed].
///
/// Ownership: holds the mappings, and the files that can be shortened, until `remove` or `close`; by then no lane uses them.
/// Threads: changed by one at a time; read by any.
final class HostMemory implements AutoCloseable {

    /// Regions of a guest, at most.
    static final int MAX_REGIONS = 1024;

    /// Bytes of address space of a guest, at most, from the beginning of each file: 256 guests take half of what a process has.
    static final long MAX_BYTES = 1L << 38;

    private static final long PAGE = 4096;

    private record Mapped(Region region, long bytes, Arena arena, SharedFile file) {

        void unmap() {
            arena.close();
            if (file != null) {
                file.close();
            }
        }
    }

    private final TreeMap<Long, Mapped> mapped = new TreeMap<>();
    private final Map<Long, Integer> pins = new HashMap<>(); // by a region's address
    private long mappedBytes;
    private final GuestMemory all = new GuestMemory();
    private final GuestMemory sealed = new GuestMemory();

    /// All of it, as devices see it.
    GuestMemory all() {
        return all;
    }

    /// What nobody can take away.
    GuestMemory sealed() {
        return sealed;
    }

    /// Maps `size` bytes of a file, whose descriptor stays the caller's.
    /// Errors: VbusException INVALID with what is wrong with it; nothing is mapped then.
    synchronized void add(long address, long size, long offset, int descriptor) {
        if (mapped.size() == MAX_REGIONS) {
            throw new VbusException(Status.NO_SPACE, "region at 0x%x: there are %d already".formatted(address, MAX_REGIONS));
        }
        if (address < 0 || size < 1 || offset < 0 || offset % PAGE != 0 || size > Long.MAX_VALUE - Math.max(address, offset)) {
            throw invalid(address, size, "offset 0x%x: want it below 2^63 and the offset on a page", offset);
        }
        if (size > MAX_BYTES || offset > MAX_BYTES - size - mappedBytes) {
            throw new VbusException(Status.NO_SPACE, "region of 0x%x bytes at 0x%x of a file: 0x%x are mapped already, want at most 0x%x"
                .formatted(size, offset, mappedBytes, MAX_BYTES));
        }
        Arena arena = Arena.ofShared();
        SharedFile file = null;
        boolean taken = false;
        try {
            file = SharedFile.of(descriptor);
            show(address, size, offset, file, arena);
            taken = true;
        } catch (IOException | IllegalArgumentException e) {
            throw invalid(address, size, "%s", e.getMessage());
        } finally {
            if (!taken) {
                arena.close();
                if (file != null) {
                    file.close();
                }
            }
        }
    }

    private void show(long address, long size, long offset, SharedFile file, Arena arena) throws IOException {
        if (!file.isMemory()) {
            throw new IOException("the file lies on a disk or on a network: want a memfd");
        }
        Backing backing = file.backing(offset + size);
        MemorySegment memory = file.map(offset + size, arena).asSlice(offset, size);
        Region region = new Region(address, memory, backing);
        all.add(region);
        if (backing == Backing.PROCESS) {
            sealed.add(region);
            file.close(); // it can not be shortened: there is nothing to look at any more
            mapped.put(address, new Mapped(region, offset + size, arena, null));
        } else {
            mapped.put(address, new Mapped(region, offset + size, arena, file));
        }
        mappedBytes += offset + size;
    }

    private static VbusException invalid(long address, long size, String what, Object... arguments) {
        return new VbusException(Status.INVALID, "region of 0x%x bytes at guest address 0x%x, %s"
            .formatted(size, address, what.formatted(arguments)));
    }

    /// Keeps the region around an address until `unpin` or `close`: this connector, or a device, works in it.
    synchronized void pin(long address) {
        pins.merge(mapped.floorKey(address), 1, Integer::sum);
    }

    /// A range of one region, which is kept until `unpin`. Errors: VbusException FAULT when it is not in one.
    synchronized MemorySegment pinned(long address, long byteSize) {
        try {
            MemorySegment range = all.segment(address, byteSize);
            pin(address);
            return range;
        } catch (IllegalArgumentException e) {
            throw new VbusException(Status.FAULT, e.getMessage());
        }
    }

    /// Gives a `pin` back; nothing after `close`.
    synchronized void unpin(long address) {
        Long key = mapped.floorKey(address);
        if (key != null) {
            pins.computeIfPresent(key, (_, n) -> n == 1 ? null : n - 1);
        }
    }

    /// Hides a region from now on; `unmap` follows once no lane uses it. Errors: NOT_FOUND, or BUSY when it is pinned.
    synchronized Region hide(long address) {
        Mapped m = mapped.get(address);
        if (m == null) {
            throw new VbusException(Status.NOT_FOUND, "there is no region at guest address 0x%x".formatted(address));
        }
        if (pins.containsKey(address)) {
            throw new VbusException(Status.BUSY, "region at guest address 0x%x: want none that a call slot, an event queue or a "
                .formatted(address) + "registration of an open session lies in");
        }
        all.remove(m.region);
        sealed.remove(m.region);
        return m.region;
    }

    /// Unmaps a region that was hidden.
    synchronized void unmap(Region region) {
        Mapped m = mapped.remove(region.address());
        mappedBytes -= m.bytes;
        m.unmap();
    }

    /// True when the guest could shorten a file behind its memory.
    boolean canShrink() {
        return sealed.byteSize() != all.byteSize();
    }

    /// A range in sealed memory as one segment. Errors: VbusException INVALID.
    MemorySegment sealed(String what, long address, long byteSize, int alignment) {
        try {
            MemorySegment segment = sealed.segment(address, byteSize);
            if (segment.address() % alignment == 0) {
                return segment;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw new VbusException(Status.INVALID, "%s at guest address 0x%x: want %d bytes of sealed memory, aligned to %d"
            .formatted(what, address, byteSize, alignment));
    }

    /// Unmaps everything.
    @Override
    public synchronized void close() {
        all.clear();
        sealed.clear();
        mapped.values().forEach(Mapped::unmap);
        mapped.clear();
    }
}
