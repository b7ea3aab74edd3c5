// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every scene does what is measured, whoever carries the frames: all come, once for each receiver and in order. The sinks check it.
class LanTest {

    private static final int FRAMES = 20_000;
    private static final int ROUNDS = 10 * FRAMES;

    @ParameterizedTest
    @EnumSource(Scene.class)
    void shouldBringAllFramesThroughTheSwitch(Scene scene) {
        shouldBringAll(Way.SWITCH, scene, scene.receivers);
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"IN_ORDER_64", "IN_ORDER_1500", "GSO_64K"})
    void shouldCopyAllFrames(Scene scene) {
        shouldBringAll(Way.COPY, scene, 1);
    }

    private static void shouldBringAll(Way way, Scene scene, int receivers) {
        final Lan lan = way.make(scene);
        long carried = 0;
        long came = 0;
        for (int i = 0; i < ROUNDS && came < FRAMES; i++) {
            came += lan.guests();
            carried += lan.lane();
        }

        assertTrue(came >= FRAMES, "no more than %d frames came".formatted(came));
        final long underWay = receivers * carried - came;
        assertTrue(underWay >= 0 && underWay <= receivers * scene.slots(), "%d frames came of %d".formatted(came, receivers * carried));
    }

    @Test
    void shouldNoticeAFrameThatIsLost() {
        final FrameSource source = new FrameSource(12, 64, 2, 1, false);
        final MemorySegment frame = Arena.ofAuto().allocate(source.bytes());
        final FrameSink sink = new FrameSink();
        source.write(frame, 0);
        sink.take(frame, 12);
        source.write(frame, 0);
        source.write(frame, 0);

        assertThrows(IllegalStateException.class, () -> sink.take(frame, 12));
    }

    @Test
    void shouldKeepBuffersAnOddNumberOfLinesApart() {
        assertEquals(64, Scene.stride(64));
        assertEquals(192, Scene.stride(65));
        assertEquals(1600, Scene.stride(1600));
        assertEquals(576, Scene.stride(512));
    }
}
