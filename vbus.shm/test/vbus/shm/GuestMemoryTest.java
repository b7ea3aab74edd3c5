// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuestMemoryTest {

    private static final long BASE = TestGuest.BASE;

    private final GuestMemory memory = new GuestMemory();

    private static Region region(long address, long bytes) {
        return new Region(address, Arena.ofAuto().allocate(bytes));
    }

    @Test
    void shouldHoldNothingAtFirst() {
        assertEquals(0, memory.byteSize());
        assertThrows(IllegalArgumentException.class, () -> memory.segment(0, 0));
    }

    @Test
    void shouldFindAnAddressInItsRegion() {
        Region first = region(BASE, 64);
        Region second = region(BASE + 128, 64);
        memory.add(first);
        memory.add(second);

        MemorySegment found = memory.segment(BASE + 128 + 16, 48);

        assertEquals(second.memory().asSlice(16), found);
        assertEquals(128, memory.byteSize());
    }

    @ParameterizedTest
    @CsvSource({"0, 64", "0, 1", "63, 1", "-63, 64", "-1, 66", "16, 8", "-100, 200"})
    void shouldRefuseARegionThatOverlaps(long offset, long bytes) {
        memory.add(region(BASE, 64));

        var e = assertThrows(IllegalArgumentException.class, () -> memory.add(region(BASE + offset, bytes)));

        assertTrue(e.getMessage().endsWith("overlaps region 0x10000..0x10040"), e.getMessage());
        assertEquals(64, memory.byteSize());
    }

    @Test
    void shouldTakeRegionsThatTouch() {
        memory.add(region(BASE, 64));
        memory.add(region(BASE + 64, 64));
        memory.add(region(BASE - 1, 1));

        assertEquals(129, memory.byteSize());
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "-1, 0", "64, 0", "64, 1", "63, 2", "0, 65", "0, -1", "63, 9223372036854775807", "0, -9223372036854775808"})
    void shouldRefuseARangeOutside(long offset, long bytes) {
        memory.add(region(BASE, 64));

        assertThrows(IllegalArgumentException.class, () -> memory.segment(BASE + offset, bytes));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, -BASE})
    void shouldRefuseAnAddressThatIsNone(long address) {
        memory.add(region(BASE, 64));

        assertThrows(IllegalArgumentException.class, () -> memory.segment(address, 0));
        assertThrows(IllegalArgumentException.class, () -> memory.segment(address, 1));
    }

    @Test
    void shouldRefuseOneSegmentOverTwoRegions() {
        memory.add(region(BASE, 64));
        memory.add(region(BASE + 64, 64));

        assertThrows(IllegalArgumentException.class, () -> memory.segment(BASE + 63, 2));
    }

    @Test
    void shouldAnswerAnEmptyRangeInsideARegion() {
        memory.add(region(BASE, 64));

        assertEquals(0, memory.segment(BASE + 63, 0).byteSize());
    }

    @Test
    void shouldReachTheLastByteBelow2To63() {
        memory.add(region(Long.MAX_VALUE - 64, 64));

        assertEquals(1, memory.segment(Long.MAX_VALUE - 1, 1).byteSize());
        assertThrows(IllegalArgumentException.class, () -> memory.segment(Long.MAX_VALUE - 1, 2));
    }

    @Test
    void shouldForgetARegionThatWasRemoved() {
        Region first = region(BASE, 64);
        Region second = region(BASE + 64, 64);
        memory.add(first);
        memory.add(second);

        assertTrue(memory.remove(first));

        assertThrows(IllegalArgumentException.class, () -> memory.segment(BASE, 1));
        assertEquals(64, memory.segment(BASE + 64, 64).byteSize());
        assertFalse(memory.remove(first));
    }

    @Test
    void shouldKeepTheTableOfABurstWhenARegionIsRemoved() {
        Region region = region(BASE, 64);
        memory.add(region);
        Region[] burst = memory.table();

        memory.remove(region);

        assertEquals(region, GuestMemory.find(burst, BASE));
    }

    @Test
    void shouldTakeTheSameRangeAgainAfterItWasRemoved() {
        Region region = region(BASE, 64);
        memory.add(region);
        memory.remove(region);

        memory.add(region(BASE + 32, 64));

        assertEquals(64, memory.byteSize());
    }

    @Test
    void shouldForgetAllWhenCleared() {
        memory.add(region(BASE, 64));
        memory.add(region(BASE + 64, 64));

        memory.clear();

        assertEquals(0, memory.byteSize());
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 63})
    void shouldRefuseARegionThatDoesNotLieBelow2To63(long address) {
        assertThrows(IllegalArgumentException.class, () -> region(address, 64));
    }

    @Test
    void shouldRefuseAnEmptyRegion() {
        var e = assertThrows(IllegalArgumentException.class, () -> new Region(BASE, MemorySegment.NULL));

        assertEquals("a region of 0 bytes at guest address 0x10000: want at least 1 byte below 2^63", e.getMessage());
    }
}
