// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameCheckTest {

    private static final int LENGTH = 2000;

    private final Offload offload = new Offload();

    private void refused(Flaw want) {
        assertEquals(want.code, FrameCheck.of(offload, LENGTH));
        assertSame(want, Flaw.of(FrameCheck.of(offload, LENGTH)));
    }

    @Test
    void shouldTakeAFrameThatAsksForNothing() {
        assertEquals(0, FrameCheck.of(offload, 14));
        assertTrue(offload.isPlain());
    }

    @Test
    void shouldNotLookAtFieldsThatNoFlagAndNoTypeMakesUseOf() {
        offload.checksumStart = 99_999;
        offload.checksumOffset = -1;
        offload.headerBytes = 99_999;
        offload.flags = Offload.DATA_VALID;

        assertEquals(0, FrameCheck.of(offload, 14));
        assertTrue(offload.isPlain());
    }

    @ParameterizedTest
    @ValueSource(ints = {Offload.TCP4, Offload.UDP, Offload.TCP6, Offload.UDP_L4})
    void shouldTakeEveryKnownType(int gso) {
        offload.gso = gso;
        offload.segmentBytes = 1;
        offload.headerBytes = LENGTH;

        assertEquals(0, FrameCheck.of(offload, LENGTH));
        assertFalse(offload.isPlain());
    }

    @ParameterizedTest
    @CsvSource({"2,0", "6,0", "128,1", "129,1448", "-1,1", "255,9"})
    void shouldRefuseATypeThatNobodyKnows(int gso, int segment) {
        offload.gso = gso;
        offload.segmentBytes = segment;

        refused(Flaw.UNKNOWN_GSO);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void shouldRefuseSegmentsOfNothing(int bytes) {
        offload.gso = Offload.TCP4;
        offload.segmentBytes = bytes;

        refused(Flaw.NO_SEGMENT_BYTES);
    }

    @ParameterizedTest
    @ValueSource(ints = {LENGTH + 1, 65535, -1})
    void shouldRefuseHeadersPastTheEnd(int bytes) {
        offload.gso = Offload.TCP6;
        offload.segmentBytes = 1;
        offload.headerBytes = bytes;

        refused(Flaw.HEADER_OUTSIDE);
    }

    @ParameterizedTest
    @CsvSource({"1999,0", "1998,1", "2000,0", "34,1965", "33,0", "13,2", "65535,65535", "2147483647,2"})
    void shouldRefuseAChecksumThatIsNotInTheFrameOrInItsFirstHeaders(int start, int offset) {
        offload.flags = Offload.NEEDS_CSUM;
        offload.checksumStart = start;
        offload.checksumOffset = offset;

        refused(Flaw.CHECKSUM_OUTSIDE);
    }

    @ParameterizedTest
    @CsvSource({"1998,0", "34,1964", "34,0"})
    void shouldTakeAChecksumAtTheEdges(int start, int offset) {
        offload.flags = Offload.NEEDS_CSUM;
        offload.checksumStart = start;
        offload.checksumOffset = offset;

        assertEquals(0, FrameCheck.of(offload, LENGTH));
        assertFalse(offload.isPlain());
    }

    @Test
    void shouldForgetEverythingWhenCleared() {
        final Offload other = SegmenterTest.offload(7, Offload.UDP, 1, 2, 3);
        other.headerBytes = 4;
        offload.set(other);
        assertEquals("7 1 2 3 4 3", fields());

        offload.clear();

        assertEquals("0 0 0 0 0 0", fields());
    }

    private String fields() {
        return "%d %d %d %d %d %d".formatted(offload.flags, offload.checksumStart, offload.checksumOffset, offload.gso, offload.headerBytes,
            offload.segmentBytes);
    }
}
