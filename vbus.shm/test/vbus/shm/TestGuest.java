// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Guest memory of two regions that touch for the guest and lie apart in this process, and the guest's way to its bytes.
final class TestGuest {

    static final long BASE = 0x1_0000;

    final GuestMemory memory = new GuestMemory();
    final Region low;
    final Region high;

    TestGuest(Arena arena, int lowBytes, int highBytes) {
        low = new Region(BASE, arena.allocate(lowBytes, 64));
        high = new Region(BASE + lowBytes, arena.allocate(highBytes, 64));
        memory.add(low);
        memory.add(high);
    }

    /// The first address behind the memory.
    long end() {
        return high.end();
    }

    void put(long address, byte... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            final Region r = low.contains(address + i) ? low : high;
            r.memory().set(ValueLayout.JAVA_BYTE, address + i - r.address(), bytes[i]);
        }
    }

    byte[] get(long address, int bytes) {
        final byte[] copy = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            final Region r = low.contains(address + i) ? low : high;
            copy[i] = r.memory().get(ValueLayout.JAVA_BYTE, address + i - r.address());
        }
        return copy;
    }

    /// The device reads the whole readable part of a chain.
    static byte[] read(Burst burst, int chain) {
        final byte[] copy = new byte[(int) burst.readable(chain)];
        burst.read(chain, 0, MemorySegment.ofArray(copy), 0, copy.length);
        return copy;
    }

    /// The device writes at the beginning of the writable part of a chain.
    static void write(Burst burst, int chain, byte... bytes) {
        burst.write(chain, 0, MemorySegment.ofArray(bytes), 0, bytes.length);
    }
}
