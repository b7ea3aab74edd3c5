// SPDX-License-Identifier: Apache-2.0
package vbus.unix.guest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.driver.Block;
import vbus.shm.GuestMemory;
import vbus.shm.Region;
import vbus.shm.linux.SharedFile;

/// The guest's memory: each block is a sealed memfd and a region of its own, at guest addresses that are never used twice, so that
/// a descriptor that outlives its block points nowhere.
///
/// Threads: any.
final class Blocks implements AutoCloseable {

    private static final long FIRST_ADDRESS = 0x1_0000;
    private static final long PAGE = 4096;

    /// A block that is there. @param file what the host maps
    record Shared(Block block, SharedFile file, Region region, Arena arena) {

        long byteSize() {
            return block.memory().byteSize();
        }

        private void end() {
            arena.close();
            file.close();
        }
    }

    private final GuestMemory memory = new GuestMemory();
    private final ConcurrentSkipListMap<Long, Shared> byAddress = new ConcurrentSkipListMap<>();
    private final ConcurrentSkipListMap<Long, Shared> byPlace = new ConcurrentSkipListMap<>(); // where this process has it
    private long nextAddress = FIRST_ADDRESS;

    GuestMemory memory() {
        return memory;
    }

    /// Makes a block of zeros. Errors: INVALID for its size, NO_SPACE.
    synchronized Shared allocate(long byteSize) {
        if (byteSize < 1 || byteSize > Integer.MAX_VALUE) {
            throw new VbusException(Status.INVALID, "a block of %d bytes: want 1..%d".formatted(byteSize, Integer.MAX_VALUE));
        }
        Arena arena = Arena.ofShared();
        try {
            SharedFile file = SharedFile.create("vbus", (byteSize + PAGE - 1) / PAGE * PAGE);
            MemorySegment bytes = file.map(byteSize, arena);
            Region region = new Region(nextAddress, bytes);
            Shared shared = new Shared(new Block(nextAddress, bytes), file, region, arena);
            nextAddress += (byteSize + 2 * PAGE - 1) / PAGE * PAGE; // a page between two blocks is no memory
            memory.add(region);
            byAddress.put(region.address(), shared);
            byPlace.put(bytes.address(), shared);
            return shared;
        } catch (IOException e) {
            arena.close();
            throw new VbusException(Status.NO_SPACE, "a block of %d bytes: %s".formatted(byteSize, e.getMessage()));
        }
    }

    /// Frees a block after `forget` had the host let go of it; nothing when it is not there.
    void free(Block block, Consumer<Shared> forget) {
        Shared shared = byAddress.get(block.address());
        if (shared != null) {
            forget.accept(shared);
            if (byAddress.remove(block.address(), shared)) {
                byPlace.remove(shared.block.memory().address());
                memory.remove(shared.region);
                shared.end();
            }
        }
    }

    /// The guest address of memory that is in a block. Errors: INVALID when it is not.
    long addressOf(MemorySegment segment) {
        Map.Entry<Long, Shared> e = byPlace.floorEntry(segment.address());
        if (e != null) {
            long in = segment.address() - e.getKey();
            if (in + segment.byteSize() <= e.getValue().byteSize()) {
                return e.getValue().block.address() + in;
            }
        }
        throw new VbusException(Status.INVALID, "%d bytes of memory that is in no block: want memory of `allocate`"
            .formatted(segment.byteSize()));
    }

    /// Those of this moment.
    Iterable<Shared> all() {
        return byAddress.values();
    }

    @Override
    public synchronized void close() {
        memory.clear();
        byAddress.values().forEach(Shared::end);
        byAddress.clear();
        byPlace.clear();
    }
}
