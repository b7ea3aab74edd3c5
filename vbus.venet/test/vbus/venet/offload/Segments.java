// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// All frames of one packet, written between guard bytes.
final class Segments {

    private static final int GUARD = 8;
    private static final byte GUARD_BYTE = (byte) 0xa5;

    private Segments() { }

    static List<byte[]> of(GsoPacket packet) {
        return of(packet.memory(), packet.bytes.length, packet.offload);
    }

    static List<byte[]> of(MemorySegment packet, int length, Offload offload) {
        final byte[] before = packet.toArray(ValueLayout.JAVA_BYTE);
        final Segmenter segmenter = new Segmenter();
        final int count = segmenter.begin(packet, length, offload);
        assertTrue(count > 0, () -> "refused: " + Flaw.of(count));
        final List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            frames.add(next(segmenter));
        }
        assertEquals(0, segmenter.nextBytes());
        assertEquals(0, segmenter.next(MemorySegment.NULL, 0), "all are written");
        assertEquals(-1, Arrays.mismatch(before, packet.toArray(ValueLayout.JAVA_BYTE)), "the packet stays as it was");
        return frames;
    }

    private static byte[] next(Segmenter segmenter) {
        final int bytes = segmenter.nextBytes();
        final byte[] out = new byte[bytes + 2 * GUARD];
        Arrays.fill(out, GUARD_BYTE);
        assertEquals(bytes, segmenter.next(MemorySegment.ofArray(out), GUARD));
        for (int i = 0; i < GUARD; i++) {
            assertEquals(GUARD_BYTE, out[i], "before the frame");
            assertEquals(GUARD_BYTE, out[GUARD + bytes + i], "behind the frame");
        }
        return Arrays.copyOfRange(out, GUARD, GUARD + bytes);
    }
}
