// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Addresses and lengths as a guest would choose them that wishes to be let out of its memory.
class GatherHostileTest {

    private static final int REGION = 64;
    private static final long GAP = 32;

    private final Burst burst = new Burst(4, 12);

    @ParameterizedTest
    @CsvSource({"-1, 1", "-1, 0", "-1, 2", "128, 1", "128, 0", "127, 2", "0, 129", "64, 65", "0, 2147483647", "127, 2147483647", "0, -1",
        "0, -2147483648", "64, -64", "-65536, 8", "-65537, 8", "9223372036854710271, 8", "-9223372036854775808, 8",
        "9223372036854710270, 2147483647", "9223372036854710271, 0"})
    void shouldRefuseARangeOutsideTheMemory(long offset, int bytes) {
        final TestGuest guest = new TestGuest(Arena.ofAuto(), REGION, REGION);
        final Gather gather = new Gather(guest.memory);
        for (int before = 0; before < 3; before++) { // a region may be known from the piece before, or not
            gather.begin(burst);
            if (before > 0) {
                assertTrue(gather.readable(TestGuest.BASE + (before - 1) * REGION, 1));
            }
            assertFalse(gather.readable(TestGuest.BASE + offset, bytes));
            assertFalse(gather.isFull());
            assertFalse(gather.writable(TestGuest.BASE + offset, bytes));
            gather.end(0);
            assertEquals(Math.min(before, 1), burst.readable(0));
            assertEquals(0, burst.writable(0));
        }
    }

    @Test
    void shouldTakeTheVeryLastBytesOfWhatAddressesCanName() {
        final GuestMemory memory = new GuestMemory();
        final MemorySegment bytes = Arena.ofAuto().allocate(8);
        memory.add(new Region(Long.MAX_VALUE - 8, bytes));
        final Gather gather = new Gather(memory);
        gather.begin(burst);

        assertTrue(gather.writable(Long.MAX_VALUE - 8, 8));
        assertFalse(gather.writable(Long.MAX_VALUE - 8, 9), "it would go on at an address that is none");
        assertFalse(gather.writable(Long.MAX_VALUE - 1, Integer.MAX_VALUE));
        assertFalse(gather.writable(Long.MAX_VALUE, 1));
        assertFalse(gather.writable(Long.MAX_VALUE, 0));
        gather.end(0);

        assertEquals(8, burst.writable(0));
    }

    @Test
    void shouldFindNothingInAGuestWithoutMemory() {
        final Gather gather = new Gather(new GuestMemory());
        gather.begin(burst);
        assertFalse(gather.readable(0, 0));
        assertFalse(gather.readable(0, 1));
        gather.end(0);
        assertEquals(0, burst.readable(0));
    }

    /// What a chain shall be: where each of its bytes lies for the guest.
    private record Wanted(List<Long> readable, List<Long> writable, int token) { }

    @Test
    void shouldNeverReachAByteThatWasNotNamed() {
        final SplittableRandom random = new SplittableRandom(Seed.of("GatherHostileTest"));
        final Arena arena = Arena.ofAuto();
        final TestGuest guest = new TestGuest(arena, REGION, REGION);
        guest.memory.add(new Region(guest.end() + GAP, arena.allocate(REGION)));
        final Gather gather = new Gather(guest.memory);
        for (int round = 0; round < 20_000; round++) {
            gather.begin(burst);
            final List<Wanted> wanted = new ArrayList<>();
            for (int chain = random.nextInt(6); chain > 0; chain--) {
                final Wanted w = new Wanted(new ArrayList<>(), new ArrayList<>(), random.nextInt());
                if (build(gather, guest, random, w) && wanted.size() < 4) {
                    gather.end(w.token);
                    wanted.add(w);
                } else {
                    gather.abandon();
                }
            }
            assertEquals(wanted.size(), burst.chains());
            for (int chain = 0; chain < wanted.size(); chain++) {
                same(gather, guest, wanted.get(chain), chain);
            }
        }
    }

    private static boolean build(Gather gather, TestGuest guest, SplittableRandom random, Wanted w) {
        final int readable = random.nextInt(3);
        for (int piece = readable + random.nextInt(3); piece > 0; piece--) {
            final boolean writes = piece <= readable;
            final long address = TestGuest.BASE - 20 + random.nextLong(4 * REGION);
            final int bytes = random.nextInt(8) == 0 ? random.nextInt() : random.nextInt(40);
            final boolean added = writes ? gather.writable(address, bytes) : gather.readable(address, bytes);
            final boolean inside = isInside(guest, address, bytes);
            assertTrue(inside || !added, () -> "0x%x + %d".formatted(address, bytes));
            assertTrue(added || !inside || gather.isFull(), () -> "0x%x + %d".formatted(address, bytes));
            if (added) {
                for (int i = 0; i < bytes; i++) {
                    (writes ? w.writable : w.readable).add(address + i);
                }
            } else if (random.nextBoolean()) {
                return false; // else the device goes on with the chain
            }
        }
        return true;
    }

    private static boolean isInside(TestGuest guest, long address, int bytes) {
        final long third = guest.end() + GAP;
        final boolean inFirstTwo = address >= TestGuest.BASE && address < guest.end() && bytes <= guest.end() - address;
        final boolean inThird = address >= third && address < third + REGION && bytes <= third + REGION - address;
        return bytes >= 0 && (inFirstTwo || inThird);
    }

    private void same(Gather gather, TestGuest guest, Wanted w, int chain) {
        assertEquals(w.token, gather.token(chain));
        assertEquals(w.readable.size(), burst.readable(chain));
        assertEquals(w.writable.size(), burst.writable(chain));
        final byte[] content = new byte[w.readable.size()];
        for (int i = 0; i < content.length; i++) {
            content[i] = byteAt(guest, w.readable.get(i));
        }
        assertArrayEquals(content, TestGuest.read(burst, chain));
        final byte[] fresh = new byte[w.writable.size()];
        for (int i = 0; i < fresh.length; i++) {
            fresh[i] = (byte) (chain * 31 + i);
        }
        TestGuest.write(burst, chain, fresh);
        final Map<Long, Byte> last = new HashMap<>(); // two pieces may lie over each other
        for (int i = 0; i < fresh.length; i++) {
            last.put(w.writable.get(i), fresh[i]);
        }
        last.forEach((address, value) -> assertEquals(value, byteAt(guest, address)));
    }

    private static byte byteAt(TestGuest guest, long address) {
        return guest.memory.segment(address, 1).get(ValueLayout.JAVA_BYTE, 0);
    }
}
