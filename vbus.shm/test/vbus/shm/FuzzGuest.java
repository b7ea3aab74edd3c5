// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A guest of a fuzz test: memory for a ring and two regions, and guards around each that nobody may write.
///
/// ```
///   guard | ring memory | guard | low region | guard | high region | guard       the regions touch for the guest: 0x100, 0x140
/// ```
/// Addresses have two bytes, so that a fuzzer that knows nothing finds them.
final class FuzzGuest {

    static final long BASE = 0x100;
    static final int REGION = 64;
    private static final int GUARD = 64;
    private static final byte GUARDED = (byte) 0xee;

    final GuestMemory memory = new GuestMemory();
    final MemorySegment ring;
    final Region low;
    final Region high;
    private final MemorySegment block;
    private final MemorySegment guards;
    private final int ringBytes;

    FuzzGuest(Arena arena, long ringBytes) {
        this.ringBytes = (int) ringBytes + 63 & ~63;
        block = arena.allocate(4 * GUARD + this.ringBytes + 2 * REGION, 64);
        guards = arena.allocate(GUARD).fill(GUARDED);
        ring = block.asSlice(GUARD, ringBytes);
        low = new Region(BASE, block.asSlice(2L * GUARD + this.ringBytes, REGION));
        high = new Region(BASE + REGION, block.asSlice(3L * GUARD + this.ringBytes + REGION, REGION));
    }

    /// A new run: both regions hold zeros.
    void begin() {
        block.fill(GUARDED);
        ring.fill((byte) 0);
        memory.clear();
        memory.add(low);
        memory.add(high);
        fill((byte) 0);
    }

    /// Fills both regions.
    void fill(byte value) {
        low.memory().fill(value);
        high.memory().fill(value);
    }

    /// The regions' bytes in the order of their addresses.
    byte[] bytes() {
        final byte[] bytes = new byte[2 * REGION];
        MemorySegment.copy(low.memory(), ValueLayout.JAVA_BYTE, 0, bytes, 0, REGION);
        MemorySegment.copy(high.memory(), ValueLayout.JAVA_BYTE, 0, bytes, REGION, REGION);
        return bytes;
    }

    /// The bytes that [#bytes] gave.
    void restore(byte[] bytes) {
        MemorySegment.copy(bytes, 0, low.memory(), ValueLayout.JAVA_BYTE, 0, REGION);
        MemorySegment.copy(bytes, REGION, high.memory(), ValueLayout.JAVA_BYTE, 0, REGION);
    }

    void assertGuarded() {
        for (long at : new long[] {0, GUARD + (long) ringBytes, 2L * GUARD + ringBytes + REGION, 3L * GUARD + ringBytes + 2L * REGION}) {
            assertEquals(-1, block.asSlice(at, GUARD).mismatch(guards), "the guard at " + at);
        }
        final long rest = ringBytes - ring.byteSize(); // up to the next multiple of 64
        assertEquals(-1, block.asSlice(GUARD + ring.byteSize(), rest).mismatch(guards.asSlice(0, rest)), "behind the ring");
    }
}
