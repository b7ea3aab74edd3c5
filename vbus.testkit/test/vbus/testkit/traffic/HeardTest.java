// SPDX-License-Identifier: Apache-2.0
package vbus.testkit.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;

/// What counts as the same, and what does not.
class HeardTest {

    private static final Set<Long> STATIONS = Set.of(1L, 2L);

    /// A frame of a station, with a word in it.
    private static byte[] frame(int station, int word) {
        final byte[] frame = new byte[40];
        frame[RecordedFrame.FRAME_AT + 11] = (byte) station;
        frame[39] = (byte) word;
        return frame;
    }

    private static Heard heard(byte[]... frames) {
        final Heard heard = new Heard("here", STATIONS);
        for (byte[] f : frames) {
            heard.add(f);
        }
        return heard;
    }

    @Test
    void shouldTellNoDifferenceOfSendersThatOvertakeEachOther() {
        assertEquals("", heard(frame(1, 7), frame(2, 8), frame(1, 9)).difference(heard(frame(2, 8), frame(1, 7), frame(1, 9))));
    }

    @Test
    void shouldTellThatASendersOrderChanged() {
        final String told = heard(frame(1, 7), frame(1, 9)).difference(heard(frame(1, 9), frame(1, 7)));

        assertTrue(told.startsWith("order of 000000000001's frames, at its 0."), told);
    }

    @Test
    void shouldTellAFrameThatIsThereTwice() {
        final String told = heard(frame(1, 7), frame(1, 7)).difference(heard(frame(1, 7)));

        assertTrue(told.startsWith("here has 1 of 2 frames alone"), told);
    }

    @Test
    void shouldTellAByteOfAFrameOrOfItsHeader() {
        final byte[] summed = frame(1, 7);
        summed[0] = 1;

        assertTrue(heard(frame(1, 7)).difference(heard(frame(1, 8))).contains("here has 1 of 1 frames alone"));
        assertTrue(heard(frame(1, 7)).difference(heard(summed)).contains("here has 1 of 1 frames alone"));
    }

    @Test
    void shouldOverlookTheNumberOfBuffersAndTheHintOfAFrameToBeCut() {
        final byte[] here = frame(1, 7);
        final byte[] there = frame(1, 7);
        here[1] = 1;
        there[1] = 1;
        here[10] = 2;
        there[2] = 54;

        assertEquals("", heard(here).difference(heard(there)));
    }

    @Test
    void shouldCountWhatNobodySentApart() {
        final Heard heard = heard(frame(1, 7), frame(3, 7));

        assertEquals(1, heard.count());
        assertEquals(1, heard.own());
    }
}
