// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmenterAllocationTest {

    private static final int ROUNDS = 5_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Segmenter segmenter = new Segmenter();

    @ParameterizedTest
    @ValueSource(ints = {Offload.TCP4, Offload.UDP, Offload.TCP6, Offload.UDP_L4})
    void shouldAllocateNothingPerPacket(int gso) {
        final GsoPacket packet = GsoPacket.random(new Random(gso), gso);
        packet.offload.segmentBytes = (packet.bytes.length + 9) / 10;
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment copy = arena.allocate(packet.bytes.length);
            MemorySegment.copy(packet.bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, packet.bytes.length);
            final MemorySegment out = arena.allocate(1 << 16);
            cut(copy, packet, out);
            final long before = threads.getCurrentThreadAllocatedBytes();
            cut(copy, packet, out);
            final long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(bytes < ROUNDS, bytes + " bytes for " + ROUNDS + " packets");
        }
    }

    private void cut(MemorySegment copy, GsoPacket packet, MemorySegment out) {
        int frames = 0;
        for (int i = 0; i < ROUNDS; i++) {
            for (int left = segmenter.begin(copy, (int) copy.byteSize(), packet.offload); left > 0; left--) {
                frames += segmenter.next(out, 0) > 0 ? 1 : 0;
            }
            Checksum.complete(copy, (int) copy.byteSize(), packet.transport, packet.tcp ? 16 : 6);
        }
        assertTrue(frames >= 5 * ROUNDS, frames + " frames");
    }
}
