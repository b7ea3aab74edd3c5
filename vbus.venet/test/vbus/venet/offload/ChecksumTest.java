// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecksumTest {

    private static final int FRAME = 64;

    @Test
    void shouldSumTheExampleOfTheSpecification() {
        final byte[] bytes = HexFormat.of().parseHex("0001f203f4f5f6f7");

        assertEquals(0xddf2, Checksum.sum(MemorySegment.ofArray(bytes), 0, 8)); // RFC 1071, 3
    }

    @ParameterizedTest
    @CsvSource({"'',0", "01,0x100", "0102,0x102", "010203,0x402", "ffff,0xffff", "ffffffff,0xffff", "ffff0001,1", "0000,0",
        "ffffffffffffffffffffffffffffffffffff,0xffff", "00000000000000000000000000000000ff,0xff00"})
    void shouldSumShortRanges(String hex, String sum) {
        final byte[] bytes = HexFormat.of().parseHex(hex);

        assertEquals(Integer.decode(sum), Checksum.sum(MemorySegment.ofArray(bytes), 0, bytes.length));
    }

    @Test
    void shouldSumAnyRangeAsTheSlowOneDoes() {
        final Random random = new Random(Seed.of("ChecksumTest"));
        final byte[] bytes = new byte[70_000];
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment memory = arena.allocate(bytes.length);
            for (int round = 0; round < 2000; round++) {
                fill(random, bytes, round);
                MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
                final int from = random.nextInt(40);
                final int length = random.nextInt(round % 10 == 0 ? 69_000 : 200);
                final int want = new SlowChecksum().add(bytes, from, length).sum();
                assertEquals(want, Checksum.sum(memory, from, length), "from " + from + " length " + length);
                assertEquals(want, Checksum.sum(MemorySegment.ofArray(bytes), from, length), "in the heap, from " + from);
            }
        }
    }

    private static void fill(Random random, byte[] bytes, int round) {
        if (round % 50 == 0) {
            random.nextBytes(bytes);
        } else if (round % 50 == 25) {
            Arrays.fill(bytes, (byte) -1); // the most carries
        }
    }

    @Test
    void shouldFoldAnySum() {
        assertEquals(0, Checksum.fold(0));
        assertEquals(0xffff, Checksum.fold(0xffff));
        assertEquals(1, Checksum.fold(0x10000));
        assertEquals(0xffff, Checksum.fold(-1L));
        assertEquals(0xffff, Checksum.fold(0xffff_ffffL));
        assertEquals(2, Checksum.fold(0x1_0000_0001L));
        assertEquals(0xffff, Checksum.fold(0xffff_0000_0000_0000L));
    }

    @Test
    void shouldSumPseudoHeaders() {
        final byte[] packet = new byte[60];
        new Random(7).nextBytes(packet);
        final MemorySegment memory = MemorySegment.ofArray(packet);

        assertEquals(SlowChecksum.pseudo(packet, 3, false, 17, 1234).sum(), Checksum.pseudo4(memory, 3, 17, 1234));
        assertEquals(SlowChecksum.pseudo(packet, 5, true, 6, 65535).sum(), Checksum.pseudo6(memory, 5, 6, 65535));
    }

    @ParameterizedTest
    @CsvSource({"34,6", "35,5", "34,28", "62,0", "61,1", "34,0"})
    void shouldCompleteAChecksumAnywhereInTheFrame(int start, int offset) {
        final byte[] frame = new byte[FRAME + 6];
        new Random(start * 100 + offset).nextBytes(frame);
        final byte[] want = frame.clone();
        final int checksum = ~new SlowChecksum().add(frame, start, FRAME - start).sum();
        want[start + offset] = (byte) (checksum >>> 8);
        want[start + offset + 1] = (byte) checksum;

        assertEquals(0, Checksum.complete(MemorySegment.ofArray(frame), FRAME, start, offset));

        assertArrayEquals(want, frame);
    }

    @Test
    void shouldWriteAChecksumOfZeroAsAllOnes() {
        final MemorySegment frame = MemorySegment.ofArray(new byte[FRAME]);
        frame.set(PacketLayout.U16, 40, (short) 0xfffe);
        frame.set(PacketLayout.U16, 50, (short) 1);

        assertEquals(0, Checksum.complete(frame, FRAME, 34, 6));

        assertEquals((short) 0xffff, frame.get(PacketLayout.U16, 40));
    }

    @ParameterizedTest
    @CsvSource({"33,6", "0,0", "-1,40", "34,29", "62,1", "63,0", "64,0", "65535,65535", "2147483647,2147483647", "34,-2", "34,2147483647"})
    void shouldRefuseAChecksumOutsideTheFrameOrInItsFirstHeaders(int start, int offset) {
        final byte[] frame = new byte[FRAME + 6];

        assertEquals(Flaw.CHECKSUM_OUTSIDE.code, Checksum.complete(MemorySegment.ofArray(frame), FRAME, start, offset));

        assertArrayEquals(new byte[FRAME + 6], frame);
    }

    @Test
    void shouldNotReadPastTheSegment() {
        final MemorySegment small = MemorySegment.ofArray(new byte[20]);

        assertThrows(IndexOutOfBoundsException.class, () -> Checksum.sum(small, 0, 21));
        assertThrows(IndexOutOfBoundsException.class, () -> Checksum.sum(small, 13, 8));
        assertTrue(Checksum.sum(small, 20, 0) == 0);
    }
}
