// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Chains that are cut into three pieces at every place, empty pieces included.
class BurstTest {

    private static final int BYTES = 10;
    private static final int GAP = 3;

    /// A chain of one kind: pieces `[0, i)`, `[i, j)`, `[j, bytes)` of `content`, which lie apart and out of order in memory.
    private static MemorySegment cut(Burst burst, byte[] content, int i, int j, boolean deviceWrites) {
        final MemorySegment memory = Arena.ofAuto().allocate(content.length + 4 * GAP);
        final int third = GAP;
        final int first = third + content.length - j + GAP;
        final int second = first + i + GAP;
        MemorySegment.copy(content, j, memory, ValueLayout.JAVA_BYTE, third, content.length - j);
        MemorySegment.copy(content, 0, memory, ValueLayout.JAVA_BYTE, first, i);
        MemorySegment.copy(content, i, memory, ValueLayout.JAVA_BYTE, second, j - i);
        assertTrue(burst.add(memory, first, i, deviceWrites));
        assertTrue(burst.add(memory, second, j - i, deviceWrites));
        assertTrue(burst.add(memory, third, content.length - j, deviceWrites));
        return memory;
    }

    /// What the chain that `cut` made holds now, and the bytes between its pieces, which nobody may touch.
    private static byte[] joined(MemorySegment memory, int bytes, int i, int j) {
        final byte[] all = memory.toArray(ValueLayout.JAVA_BYTE);
        final int first = GAP + bytes - j + GAP;
        final int second = first + i + GAP;
        final ByteBuffer joined = ByteBuffer.allocate(bytes + 4 * GAP);
        joined.put(all, first, i).put(all, second, j - i).put(all, GAP, bytes - j);
        joined.put(all, 0, GAP).put(all, first - GAP, GAP).put(all, second - GAP, GAP).put(all, all.length - GAP, GAP);
        return joined.array();
    }

    private static byte[] content(int bytes, int from) {
        final byte[] content = new byte[bytes];
        for (int k = 0; k < bytes; k++) {
            content[k] = (byte) (from + k);
        }
        return content;
    }

    private interface Cut {
        void at(int i, int j);
    }

    private static void everywhere(int bytes, Cut cut) {
        for (int i = 0; i <= bytes; i++) {
            for (int j = i; j <= bytes; j++) {
                cut.at(i, j);
            }
        }
    }

    @Test
    void shouldReadEveryRangeOverEveryCut() {
        final byte[] content = content(BYTES, 1);
        final Burst burst = new Burst(1, 3);
        everywhere(BYTES, (i, j) -> {
            burst.clear();
            cut(burst, content, i, j, false);
            burst.close(0);
            everywhere(BYTES, (at, to) -> {
                final byte[] copy = new byte[BYTES];
                burst.read(0, at, MemorySegment.ofArray(copy), at, to - at);
                final byte[] want = new byte[BYTES];
                System.arraycopy(content, at, want, at, to - at);
                assertArrayEquals(want, copy, () -> "pieces end at %d, %d, read %d..%d".formatted(i, j, at, to));
            });
        });
    }

    @Test
    void shouldWriteEveryRangeOverEveryCutAndNothingElse() {
        final MemorySegment from = MemorySegment.ofArray(content(BYTES, 1));
        final Burst burst = new Burst(1, 3);
        everywhere(BYTES, (i, j) -> everywhere(BYTES, (at, to) -> {
            burst.clear();
            final MemorySegment memory = cut(burst, new byte[BYTES], i, j, true);
            burst.close(0);
            burst.write(0, at, from, at, to - at);
            final byte[] want = new byte[BYTES + 4 * GAP];
            MemorySegment.copy(from, ValueLayout.JAVA_BYTE, at, want, at, to - at);
            assertArrayEquals(want, joined(memory, BYTES, i, j), () -> "pieces end at %d, %d, wrote %d..%d".formatted(i, j, at, to));
        }));
    }

    @Test
    void shouldCopyFromEveryCutToEveryCut() {
        final int bytes = 6;
        final byte[] content = content(bytes, 1);
        final Burst from = new Burst(1, 3);
        final Burst to = new Burst(1, 3);
        everywhere(bytes, (i, j) -> {
            from.clear();
            cut(from, content, i, j, false);
            from.close(0);
            everywhere(bytes, (k, l) -> everywhere(bytes, (at, end) -> {
                to.clear();
                final MemorySegment memory = cut(to, new byte[bytes], k, l, true);
                to.close(0);
                final int toAt = bytes - end;
                from.copyTo(0, at, to, 0, toAt, end - at);
                final byte[] want = new byte[bytes + 4 * GAP];
                System.arraycopy(content, at, want, toAt, end - at);
                assertArrayEquals(want, joined(memory, bytes, k, l));
            }));
        });
    }

    @Test
    void shouldReadALongOverEveryCut() {
        final int bytes = 20;
        final byte[] content = content(bytes, 0x7a); // some bytes are negative
        final Burst burst = new Burst(1, 3);
        everywhere(bytes, (i, j) -> {
            burst.clear();
            cut(burst, content, i, j, false);
            burst.close(0);
            for (int at = 0; at <= bytes - 8; at++) {
                assertEquals(ByteBuffer.wrap(content).getLong(at), burst.readLong(0, at));
            }
        });
    }

    @Test
    void shouldWriteALongOverEveryCutAndNothingElse() {
        final int bytes = 12;
        final long value = 0x8102_0304_f506_0708L; // some bytes are negative
        final Burst burst = new Burst(1, 3);
        everywhere(bytes, (i, j) -> {
            for (int at = 0; at <= bytes - 8; at++) {
                burst.clear();
                final MemorySegment memory = cut(burst, new byte[bytes], i, j, true);
                burst.close(0);
                burst.writeLong(0, at, value);
                assertArrayEquals(ByteBuffer.allocate(bytes + 4 * GAP).putLong(at, value).array(), joined(memory, bytes, i, j));
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 11", "10, 1", "11, 0", "5, -1", "9223372036854775807, 1", "1, 9223372036854775807", "-1, 0",
        "-9223372036854775808, 8"})
    void shouldRefuseARangeOutsideTheChain(long at, long bytes) {
        final Burst burst = new Burst(1, 6);
        cut(burst, content(BYTES, 0), 4, 6, false);
        cut(burst, content(BYTES, 0), 4, 6, true);
        burst.close(0);
        final MemorySegment other = Arena.ofAuto().allocate(64);

        assertOutside("%d bytes at %d".formatted(bytes, at), () -> burst.read(0, at, other, 0, bytes));
        assertOutside("%d bytes at %d".formatted(bytes, at), () -> burst.write(0, at, other, 0, bytes));
        assertOutside("%d bytes at %d".formatted(bytes, at), () -> burst.copyTo(0, at, burst, 0, 0, bytes));
        final long toAt = at < 0 ? at : Math.max(at, BYTES);
        assertOutside("1 bytes at %d".formatted(toAt), () -> burst.copyTo(0, 0, burst, 0, toAt, 1));
    }

    private static void assertOutside(String range, Executable access) {
        final var e = assertThrows(IndexOutOfBoundsException.class, access);
        assertEquals(range + " of a chain of 10 bytes", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"-1", "3", "10", "9223372036854775807", "-9223372036854775808"})
    void shouldRefuseALongThatIsNotInsideTheChain(long at) {
        final Burst burst = new Burst(1, 3);
        cut(burst, content(BYTES, 0), 4, 6, false);
        burst.close(0);

        assertThrows(IndexOutOfBoundsException.class, () -> burst.readLong(0, at));
        burst.clear();
        cut(burst, content(BYTES, 0), 4, 6, true);
        burst.close(0);
        assertThrows(IndexOutOfBoundsException.class, () -> burst.writeLong(0, at, 1));
    }

    @Test
    void shouldCountTheTwoPartsOfAChainFromTheirOwnFirstByte() {
        final Burst burst = new Burst(2, 12);
        cut(burst, content(4, 1), 1, 2, false);
        cut(burst, new byte[BYTES], 3, 3, true);
        burst.close(7);
        cut(burst, content(5, 50), 5, 5, false);
        final MemorySegment second = cut(burst, new byte[2], 0, 1, true);
        burst.close(8);

        TestGuest.write(burst, 1, (byte) 9, (byte) 8);

        assertEquals(2, burst.chains());
        assertEquals(4, burst.readable(0));
        assertEquals(BYTES, burst.writable(0));
        assertEquals(7, burst.token(0));
        assertEquals(8, burst.token(1));
        assertArrayEquals(content(4, 1), TestGuest.read(burst, 0));
        assertArrayEquals(content(5, 50), TestGuest.read(burst, 1));
        assertArrayEquals(new byte[] {9, 8}, Arrays.copyOf(joined(second, 2, 0, 1), 2));
    }

    @Test
    void shouldForgetThePiecesOfAChainThatHadNoRoom() {
        final Burst burst = new Burst(3, 4);
        cut(burst, content(BYTES, 1), 2, 5, false);
        burst.close(0);
        final MemorySegment memory = Arena.ofAuto().allocate(8);
        assertTrue(burst.add(memory, 0, 8, false));
        assertFalse(burst.add(memory, 0, 8, true));

        burst.abandon();

        assertEquals(1, burst.chains());
        assertTrue(burst.add(memory, 0, 5, true));
        burst.close(1);
        assertEquals(0, burst.readable(1));
        assertEquals(5, burst.writable(1));
        assertArrayEquals(content(BYTES, 1), TestGuest.read(burst, 0));
    }

    @Test
    void shouldNotAddLengthsInAnInt() {
        final Burst burst = new Burst(1, 3);
        final MemorySegment memory = Arena.ofAuto().allocate(1);
        for (int i = 0; i < 3; i++) {
            burst.add(memory, 0, Integer.MAX_VALUE, true);
        }
        burst.close(0);

        assertEquals(3L * Integer.MAX_VALUE, burst.writable(0));
    }
}
