// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Whatever the other side writes into a signal: only flags are ever written, to 0 or 1, and every inject is counted once.
///
/// ```
///   1 for the south | 16 bytes, changed by xor | steps of a verb and its arguments
/// ```
class SignalInputFuzzTest {

    private static final int GUARD = 16;
    private static final int FLAGS_AT = 8;
    private static final int FLAGS_END = 14;
    private static final int MAX_STEPS = 64;

    private final MemorySegment block = Arena.ofAuto().allocate(3 * GUARD, 8);
    private final MemorySegment memory = block.asSlice(GUARD, SignalLayout.BYTES);
    private final byte[] expected = new byte[SignalLayout.BYTES];
    private GuestInput input;
    private Signal signal;
    private int rung;

    @FuzzTest
    void shouldWriteNothingButFlags(byte[] bytes) {
        input = new GuestInput(bytes);
        final Side side = (input.next() & 1) == 1 ? Side.SOUTH : Side.NORTH;
        block.fill((byte) 0xee);
        Signal.format(memory);
        for (long at = 0; at < SignalLayout.BYTES; at++) {
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) (memory.get(ValueLayout.JAVA_BYTE, at) ^ input.next()));
        }
        remember();
        rung = 0;
        try {
            signal = new Signal(memory, side, () -> rung++);
        } catch (IllegalArgumentException e) {
            assertNotNull(e.getMessage());
            check();
            return;
        }
        int injected = 0;
        for (int step = 0; step < MAX_STEPS && input.hasMore(); step++) {
            injected += step(input.next());
            check();
            assertEquals(rung, signal.sent());
            assertEquals(injected, signal.sent() + signal.suppressed());
        }
    }

    private int step(int verb) {
        switch (verb % 6) {
            case 0 -> poke();
            case 1 -> signal.enable();
            case 2 -> signal.disable();
            case 3 -> signal.acknowledge();
            case 4 -> signal.wakeup(() -> {
                if (input.hasMore()) {
                    poke();
                }
            });
            default -> {
                signal.inject();
                return 1;
            }
        }
        return 0;
    }

    /// The other side writes where it likes.
    private void poke() {
        input.poke(memory);
        remember();
    }

    private void remember() {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, expected, 0, expected.length);
    }

    private void check() {
        for (long at = 0; at < block.byteSize(); at++) {
            final byte is = block.get(ValueLayout.JAVA_BYTE, at);
            final int in = (int) at - GUARD;
            if (in < 0 || in >= SignalLayout.BYTES) {
                assertEquals((byte) 0xee, is, "guard at " + at);
            } else if (in < FLAGS_AT || in >= FLAGS_END) {
                assertEquals(expected[in], is, "byte " + in + ", which is no flag");
            } else {
                assertTrue(is == expected[in] || is == 0 || is == 1, "flag " + in + " is " + is);
            }
        }
    }
}
