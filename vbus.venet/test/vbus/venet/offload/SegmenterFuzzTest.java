// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Any bytes as a packet, with any offload: it is refused under a reason, or becomes exactly as many frames and bytes as was said.
///
/// ```
///   flags u8 | gso u8 | checksum start u16 | checksum offset u16 | header bytes u16 | segment bytes u16 | repeat u8 | frame
/// ```
/// The frame's last byte is repeated 64 times `repeat`, so that short inputs are large packets too.
class SegmenterFuzzTest {

    private static final int HEAD = 11;
    private static final int MOST_HEADER_BYTES = 512 + 8;
    private static final Segmenter SEGMENTER = new Segmenter();
    private static final byte[] OUT = new byte[100_000];

    @FuzzTest
    void shouldRefuseItOrWriteWhatItSaid(byte[] input) {
        if (input.length < HEAD) {
            return;
        }
        final Offload offload = offload(input);
        final int repeated = input.length > HEAD ? 64 * (input[HEAD - 1] & 0xff) : 0;
        final byte[] bytes = Arrays.copyOfRange(input, HEAD, input.length + repeated);
        Arrays.fill(bytes, input.length - HEAD, bytes.length, input[input.length - 1]);
        final MemorySegment packet = MemorySegment.ofArray(bytes).asReadOnly();

        final int count = SEGMENTER.begin(packet, bytes.length, offload);

        if (count < 0) {
            assertTrue(Flaw.of(count).code == count && SEGMENTER.nextBytes() == 0, "refused, and still something to write");
        } else {
            written(count, bytes, offload);
        }
    }

    private static Offload offload(byte[] input) {
        final MemorySegment in = MemorySegment.ofArray(input);
        final Offload offload = SegmenterTest.offload(input[0], input[1], PacketLayout.u16(in, 2), PacketLayout.u16(in, 4),
            PacketLayout.u16(in, 8));
        offload.headerBytes = PacketLayout.u16(in, 6);
        return offload;
    }

    private static void written(int count, byte[] bytes, Offload offload) {
        final boolean cut = count > 1;
        final int most = cut ? MOST_HEADER_BYTES + offload.segmentBytes : bytes.length;
        assertTrue(count >= 1 && count <= bytes.length, "frames");
        int payload = 0;
        int previous = Integer.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            final int told = SEGMENTER.nextBytes();
            assertTrue(told > 0 && told <= most && told <= previous, "length");
            OUT[told] = 0x5a;
            assertEquals(told, SEGMENTER.next(MemorySegment.ofArray(OUT), 0));
            assertEquals(0x5a, OUT[told], "behind the frame");
            for (int k = 0; k < 14; k++) {
                assertEquals(bytes[k], OUT[k], "Ethernet header");
            }
            previous = told;
            payload += told;
        }
        assertEquals(0, SEGMENTER.nextBytes());
        assertTrue(payload <= bytes.length + (count - 1) * MOST_HEADER_BYTES, "more bytes than the packet and its headers");
    }
}
