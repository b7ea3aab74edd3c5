// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SignalTest {

    private final MemorySegment memory = Arena.ofAuto().allocate(16, 4);
    private final Bell toSouth = new Bell();
    private final Bell toNorth = new Bell();
    private Signal north;
    private Signal south;

    @BeforeEach
    void format() {
        Signal.format(memory);
        north = new Signal(memory, Side.NORTH, toSouth);
        south = new Signal(memory, Side.SOUTH, toNorth);
    }

    @Test
    void shouldHaveTheBytesOfVersion1() {
        Hex.assertBytes("""
            df39fa58 | magic
            01000000 | version
            01 00 00 | north: enabled, pending, dirty
            01 00 00 | south
            0000     | pad
            """, memory);
    }

    @Test
    void shouldMarkTheOtherSidePendingAndDirty() {
        north.inject();

        Hex.assertBytes("df39fa58 01000000  01 00 00  01 01 01  0000", memory);
    }

    @Test
    void shouldMarkTheNorthWhenTheSouthInjects() {
        south.inject();

        Hex.assertBytes("df39fa58 01000000  01 01 01  01 00 00  0000", memory);
    }

    @Test
    void shouldRingTheOtherSideOnly() {
        north.inject();

        assertEquals(1, toSouth.rung());
        assertEquals(0, toNorth.rung());
    }

    @Test
    void shouldNotRingAgainWhileTheFirstIsPending() {
        north.inject();
        north.inject();
        north.inject();

        assertEquals(1, toSouth.rung());
        assertEquals(1, north.sent());
        assertEquals(2, north.suppressed());
    }

    @Test
    void shouldOnlyMarkDirtyWhileTheOtherSideIsMasked() {
        south.disable();

        north.inject();

        Hex.assertBytes("df39fa58 01000000  01 00 00  00 00 01  0000", memory);
        assertEquals(0, toSouth.rung());
        assertEquals(0, north.sent());
        assertEquals(1, north.suppressed());
    }

    @Test
    void shouldTellOnEnableWhatCameWhileMasked() {
        south.disable();
        north.inject();

        assertTrue(south.enable());
    }

    @Test
    void shouldTellOnEnableWhatIsStillPending() {
        north.inject();
        south.disable();
        memory.set(ValueLayout.JAVA_BYTE, 13, (byte) 0); // clean, but the doorbell was never answered

        assertTrue(south.enable());
    }

    @Test
    void shouldTellNothingOnEnableWhenNothingCame() {
        south.disable();

        assertFalse(south.enable());
        Hex.assertBytes("df39fa58 01000000  01 00 00  01 00 00  0000", memory);
    }

    @Test
    void shouldNotConfuseTheSides() {
        south.disable();
        south.inject();

        assertFalse(south.enable());
        assertTrue(north.enable());
    }

    @Test
    void shouldRunWorkOnceForManySignals() {
        north.inject();
        north.inject();
        int[] runs = {0};

        south.wakeup(() -> runs[0]++);

        assertEquals(1, runs[0]);
        Hex.assertBytes("df39fa58 01000000  01 00 00  01 00 00  0000", memory);
    }

    @Test
    void shouldRunNoWorkWhenNothingCame() {
        int[] runs = {0};

        south.wakeup(() -> runs[0]++);

        assertEquals(0, runs[0]);
    }

    @Test
    void shouldRunNoWorkWhileMasked() {
        north.inject();
        south.disable();
        int[] runs = {0};

        south.wakeup(() -> runs[0]++);

        assertEquals(0, runs[0]);
        assertTrue(south.enable());
    }

    @Test
    void shouldRunWorkAgainForASignalThatCameDuringWork() {
        north.inject();
        int[] runs = {0};

        south.wakeup(() -> {
            if (++runs[0] < 4) {
                north.inject();
            }
        });

        assertEquals(4, runs[0]);
        assertEquals(1, toSouth.rung(), "pending during work, so that the other side needs no doorbell");
    }

    @Test
    void shouldEndWakeupWhenWorkMasks() {
        north.inject();
        int[] runs = {0};

        south.wakeup(() -> {
            runs[0]++;
            north.inject();
            south.disable();
        });

        assertEquals(1, runs[0]);
        assertTrue(south.enable(), "the signal that came during work is not lost");
    }

    @Test
    void shouldRingAgainAfterWakeup() {
        north.inject();
        south.wakeup(() -> { });

        north.inject();

        assertEquals(2, toSouth.rung());
    }

    @Test
    void shouldRingAgainAfterAcknowledge() {
        north.inject();

        south.acknowledge();

        assertFalse(south.enable());
        north.inject();
        assertEquals(2, toSouth.rung());
    }

    @Test
    void shouldWakeupForANotificationThatIsPendingOnly() {
        memory.set(ValueLayout.JAVA_BYTE, 12, (byte) 1);
        int[] runs = {0};

        south.wakeup(() -> runs[0]++);

        assertEquals(1, runs[0]);
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void shouldTakeAnyFlagThatIsNotZeroForSet(Side side) {
        for (int at = 8; at < 14; at++) {
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) 0x80);
        }
        Signal signal = new Signal(memory, side, new Bell());

        signal.inject();

        assertEquals(1, signal.suppressed(), "enabled, but pending");
        assertTrue(signal.enable());
    }

    @ParameterizedTest
    @CsvSource({"0", "15", "17"})
    void shouldRefuseMemoryOfAnotherSize(int bytes) {
        MemorySegment other = Arena.ofAuto().allocate(bytes, 4);

        var e = assertThrows(IllegalArgumentException.class, () -> new Signal(other, Side.SOUTH, Doorbell.NONE));

        assertEquals("signal of " + bytes + " bytes: want 16", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"0, 0x58fa39de", "0, 0xdf39fa58", "4, 0", "4, 2"})
    void shouldRefuseAnotherMagicOrVersion(long at, String value) {
        memory.set(SignalLayout.INT, at, (int) (long) Long.decode(value));

        var e = assertThrows(IllegalArgumentException.class, () -> new Signal(memory, Side.NORTH, Doorbell.NONE));

        assertTrue(e.getMessage().endsWith("want 0x58fa39df version 1"), e.getMessage());
    }

    @Test
    void shouldRefuseMemoryThatIsNotAligned() {
        MemorySegment odd = Arena.ofAuto().allocate(32, 4).asSlice(2, 16);

        assertThrows(IllegalArgumentException.class, () -> new Signal(odd, Side.SOUTH, Doorbell.NONE));
    }
}
