// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/// Guest addresses, the guest's choice in all 64 bits, against the same sums in numbers without an end.
///
/// ```
///   steps of a verb and its arguments; an address is u64, or one near a known one
/// ```
class GuestMemoryFuzzTest {

    private static final int MAX_STEPS = 64;
    private static final int BLOCK = 1 << 10;

    private final MemorySegment block = Arena.ofAuto().allocate(BLOCK, 64);
    private final GuestMemory memory = new GuestMemory();
    private final List<Region> regions = new ArrayList<>();
    private GuestInput input;

    @FuzzTest
    void shouldFindWhatIsThereAndNothingElse(byte[] bytes) {
        input = new GuestInput(bytes);
        memory.clear();
        regions.clear();
        for (int step = 0; step < MAX_STEPS && input.hasMore(); step++) {
            switch (input.next() % 4) {
                case 0 -> add(address(), input.next16() % BLOCK);
                case 1 -> remove(input.next());
                case 2 -> find();
                default -> place(1 + input.next() % 8, address(), address(), address());
            }
            assertEquals(regions.stream().mapToLong(r -> r.memory().byteSize()).sum(), memory.byteSize());
        }
    }

    private long address() {
        final int how = input.next();
        if (how < 128 || regions.isEmpty()) {
            return input.next64();
        }
        final Region near = regions.get(how % regions.size());
        return ((how & 64) == 0 ? near.address() : near.end()) + (byte) input.next();
    }

    private void add(long address, int bytes) {
        final BigInteger begin = BigInteger.valueOf(address);
        final BigInteger end = begin.add(BigInteger.valueOf(bytes));
        final boolean right = bytes > 0 && begin.signum() >= 0 && end.bitLength() < Long.SIZE
            && regions.stream().noneMatch(r -> begin.compareTo(end(r)) < 0 && BigInteger.valueOf(r.address()).compareTo(end) < 0);
        boolean added = false;
        try {
            final Region region = new Region(address, block.asSlice(0, bytes));
            memory.add(region);
            regions.add(region);
            added = true;
        } catch (IllegalArgumentException e) {
            assertNotNull(e.getMessage());
        }
        assertEquals(right, added, "%d bytes at 0x%x".formatted(bytes, address));
    }

    private static BigInteger end(Region r) {
        return BigInteger.valueOf(r.address()).add(BigInteger.valueOf(r.memory().byteSize()));
    }

    private void remove(int which) {
        if (!regions.isEmpty()) {
            assertTrue(memory.remove(regions.remove(which % regions.size())));
        }
    }

    private Region holds(long address, long bytes) {
        final BigInteger begin = BigInteger.valueOf(address);
        return regions.stream().filter(r -> begin.compareTo(BigInteger.valueOf(r.address())) >= 0 && begin.compareTo(end(r)) < 0
            && begin.add(BigInteger.valueOf(bytes)).compareTo(end(r)) <= 0).findFirst().orElse(null);
    }

    /// A length of the guest's choice, or one that ends near a region's end.
    private void find() {
        final long address = address();
        final int any = input.next16();
        if (regions.isEmpty() || any < 1 << 15) {
            find(address, any);
        } else {
            find(address, regions.get(any % regions.size()).end() - address + (any >>> 8) % 3 - 1);
        }
    }

    private void find(long address, long bytes) {
        final Region in = bytes < 0 ? null : holds(address, bytes);
        try {
            final MemorySegment found = memory.segment(address, bytes);
            assertNotNull(in, "%d bytes at 0x%x are in no region".formatted(bytes, address));
            assertEquals(bytes, found.byteSize());
            assertEquals(in.memory().address() + (address - in.address()), found.address());
        } catch (IllegalArgumentException e) {
            assertEquals(null, in, e.getMessage());
        }
    }

    /// The areas of a virtqueue, which the guest places.
    private void place(int size, long table, long avail, long used) {
        try {
            final SplitQueue queue = SplitQueue.at(size, table, avail, used,
                a -> regions.stream().filter(r -> r.contains(a)).map(r -> r.memory().asSlice(a - r.address())).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no region")));
            assertEquals(1, Integer.bitCount(size));
            assertNotNull(holds(table, SplitLayout.tableBytes(size)), "descriptor table");
            assertNotNull(holds(avail, SplitLayout.availBytes(size)), "available ring");
            assertNotNull(holds(used, SplitLayout.usedBytes(size)), "used ring");
            assertEquals(0, queue.table().address() % 16 + queue.avail().address() % 2 + queue.used().address() % 4);
        } catch (IllegalArgumentException e) {
            assertNotNull(e.getMessage());
        }
    }
}
