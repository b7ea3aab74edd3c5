// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every ring does what is measured: all messages come out, whole and in order. The receivers check the numbers.
class DuctTest {

    private static final int SIZE = 256;
    private static final int BURST = 32;
    private static final long MESSAGES = 100_000;

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    void shouldPassAllMessages(QueueKind kind) {
        final Duct duct = kind.make(SIZE);
        long sent = 0;
        long received = 0;
        while (received < MESSAGES) {
            for (int n = duct.sender().send(BURST); n > 0; n = duct.sender().send(BURST)) {
                sent += n; // until it is full
            }
            final int n = duct.receiver().receive(BURST);
            assertTrue(n > 0, "it is full and gives nothing");
            received += n;
        }
        while (received < sent) {
            received += duct.receiver().receive(BURST);
        }

        assertEquals(sent, received);
        assertEquals(0, duct.receiver().receive(BURST));
    }

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    void shouldHaveRoomForAsManyAsItSays(QueueKind kind) {
        final Duct duct = kind.make(SIZE);
        int sent = 0;
        for (int n = duct.sender().send(BURST); n > 0; n = duct.sender().send(BURST)) {
            sent += n;
        }

        assertTrue(sent >= SIZE, "room for " + sent);
    }

    @Test
    void shouldNoticeAMessageOfAnotherNumber() {
        final byte[] message = new byte[Message.BYTES];
        Message.number(message, 7);
        assertThrows(IllegalStateException.class, () -> Message.check(message, 8));
        final MemorySegment segment = Arena.ofAuto().allocate(Message.BYTES);
        Message.number(segment, 7);
        assertThrows(IllegalStateException.class, () -> Message.check(segment, 8));
    }
}
