// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import static vbus.vhost.MessageLayout.COUNT;
import static vbus.vhost.MessageLayout.FILE_OFFSET;
import static vbus.vhost.MessageLayout.GUEST_ADDRESS;
import static vbus.vhost.MessageLayout.REGIONS;
import static vbus.vhost.MessageLayout.REGION_BYTES;
import static vbus.vhost.MessageLayout.REGION_SIZE;
import static vbus.vhost.MessageLayout.USER_ADDRESS;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import vbus.shm.GuestMemory;
import vbus.shm.Region;
import vbus.shm.linux.SharedFile;

/// The guest's memory, mapped: what SET_MEM_TABLE told.
///
/// A byte of it has two addresses. Descriptors in a ring carry *guest* addresses, see [#show]; the messages that say where the
/// rings are carry addresses of the *front-end's* process, see [#user].
///
/// Ownership: holds the mappings, and the files to see whether they were shortened, until `close`; by then no lane uses them.
/// Threads: one; the segments may be used by any.
final class MemoryTable implements AutoCloseable {

    /// A mapped region. @param userAddress of its first byte, in the front-end
    private record Mapped(long userAddress, Region region) { }

    private final Arena arena = Arena.ofShared();
    private final List<Mapped> regions = new ArrayList<>();
    private final List<SharedFile> files = new ArrayList<>();

    /// Maps what a SET_MEM_TABLE asks for.
    /// Errors: Violation when a region is not inside its file or can not be mapped; nothing stays mapped then.
    static MemoryTable of(Message message) throws Violation {
        if (message.intAt(COUNT) != message.fds().count()) {
            throw new Violation("%s of %d regions in %d bytes: want %d", message.request(),
                Integer.toUnsignedLong(message.intAt(COUNT)), message.size(), message.fds().count());
        }
        MemoryTable table = new MemoryTable();
        try {
            for (int i = 0; i < message.fds().count(); i++) {
                table.map(message, i);
            }
            return table;
        } catch (Violation | RuntimeException e) {
            table.close();
            throw e;
        }
    }

    private void map(Message message, int index) throws Violation {
        int at = REGIONS + index * REGION_BYTES;
        long guest = message.longAt(at + GUEST_ADDRESS);
        long size = message.longAt(at + REGION_SIZE);
        long user = message.longAt(at + USER_ADDRESS);
        long offset = message.longAt(at + FILE_OFFSET);
        try {
            long end = Math.addExact(offset, size);
            SharedFile opened = SharedFile.of(message.fds().get(index));
            files.add(opened);
            long file = opened.byteSize();
            if (size <= 0 || offset < 0 || end > file) {
                throw new Violation("region %d of 0x%x bytes at offset 0x%x of a file of 0x%x bytes: want it inside", index, size,
                    offset, file);
            }
            if (user < 0 || user > Long.MAX_VALUE - size) {
                throw new Violation("region %d of 0x%x bytes at the front-end's address 0x%x: want it below 2^63", index, size,
                    user);
            }
            // from the begin of the file: an offset need not be on a page
            MemorySegment memory = opened.map(end, arena).asSlice(offset, size);
            regions.add(new Mapped(user, new Region(guest, memory, opened.backing(end))));
        } catch (ArithmeticException | IllegalArgumentException | IOException e) {
            throw new Violation("region %d of 0x%x bytes at guest address 0x%x, offset 0x%x: %s", index, size, guest, offset,
                e.getMessage());
        }
    }

    /// Shows the regions to the lanes, in place of all others.
    /// Errors: Violation when two of them overlap.
    void show(GuestMemory memory) throws Violation {
        memory.clear();
        try {
            regions.forEach(r -> memory.add(r.region()));
        } catch (IllegalArgumentException e) {
            memory.clear();
            throw new Violation("%s: %s", Request.SET_MEM_TABLE, e.getMessage());
        }
    }

    /// The memory from an address of the front-end's process to the end of its region.
    /// Errors: IllegalArgumentException when it is in none.
    MemorySegment user(long address) {
        for (Mapped m : regions) {
            long at = address - m.userAddress();
            if (at >= 0 && at < m.region().memory().byteSize()) {
                return m.region().memory().asSlice(at);
            }
        }
        throw new IllegalArgumentException("the front-end's address 0x%x is in no region".formatted(address));
    }

    /// Unmaps.
    @Override
    public void close() {
        arena.close();
        files.forEach(SharedFile::close);
    }
}
