// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Ours and Linux's frames of the same packets, byte for byte and in order.
class LinuxSegmentationTest {

    private static final int PACKETS = Boolean.getBoolean("vbus.all") ? 3000 : 400;

    @BeforeAll
    static void look() {
        final String missing = LinuxBridge.missing();
        assumeTrue(missing == null, missing);
    }

    @ParameterizedTest
    @ValueSource(ints = {Offload.TCP4, Offload.UDP, Offload.TCP6, Offload.UDP_L4})
    void shouldMakeTheFramesThatLinuxMakes(int gso) throws Exception {
        inNamespace(() -> {
            final long seed = Seed.of("LinuxSegmentationTest gso " + gso);
            final Random random = new Random(seed);
            int frames = 0;
            try (LinuxBridge linux = new LinuxBridge()) {
                for (int i = 0; i < PACKETS; i++) {
                    frames += compare(linux, GsoPacket.forLinux(random, gso), "seed " + seed + " packet " + i + ": ");
                }
            }
            assertTrue(frames > 10 * PACKETS, frames + " frames");
            return null;
        });
    }

    @Test
    void shouldCompleteAChecksumAsLinuxDoes() throws Exception {
        inNamespace(() -> {
            final long seed = Seed.of("LinuxSegmentationTest checksums");
            final Random random = new Random(seed);
            try (LinuxBridge linux = new LinuxBridge()) {
                for (int i = 0; i < PACKETS; i++) {
                    compare(linux, GsoPacket.toComplete(random), "seed " + seed + " frame " + i + ": ");
                }
            }
            return null;
        });
    }

    private static int compare(LinuxBridge linux, GsoPacket packet, String which) throws Exception {
        final String what = which + packet + ": ";
        final List<byte[]> theirs = linux.segment(packet);
        assertNotNull(theirs, what + "refused by Linux");
        final List<byte[]> ours = Segments.of(packet);
        assertEquals(theirs.size(), ours.size(), what + "frames");
        if (packet.hasFragmentHeaders()) { // an id that nobody can foretell: taken from Linux's first frame
            ours.forEach(f -> System.arraycopy(theirs.getFirst(), packet.transport + 4, f, packet.transport + 4, 4));
        }
        for (int k = 0; k < ours.size(); k++) {
            final int number = k;
            assertArrayEquals(theirs.get(k), ours.get(k), () -> what + "frame " + number);
        }
        return ours.size();
    }

    /// The namespace is the thread's, so it has one of its own, which ends.
    private static void inNamespace(Callable<Void> task) throws Exception {
        final FutureTask<Void> future = new FutureTask<>(task);
        Thread.ofPlatform().name("namespace").start(future);
        try {
            future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }
}
