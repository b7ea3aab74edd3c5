// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The bytes that go through every ring: 64, of which the first eight are the message's number.
///
/// A sender numbers its one message anew and copies it in; a receiver copies it out and checks the number, so that no ring wins by
/// losing or by not copying.
public final class Message {

    /// Its size.
    public static final int BYTES = 64;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private Message() { }

    static void number(byte[] message, long number) {
        LONG.set(message, 0, number);
    }

    static void check(byte[] message, long number) {
        final long found = (long) LONG.get(message, 0);
        if (found != number) {
            throw wrong(found, number);
        }
    }

    /// Gives a message its number.
    public static void number(MemorySegment message, long number) {
        message.set(JAVA_LONG_UNALIGNED, 0, number);
    }

    /// Errors: IllegalStateException for another number than the one that is due.
    public static void check(MemorySegment message, long number) {
        final long found = message.get(JAVA_LONG_UNALIGNED, 0);
        if (found != number) {
            throw wrong(found, number);
        }
    }

    private static IllegalStateException wrong(long found, long number) {
        return new IllegalStateException("message %d came: want %d".formatted(found, number));
    }
}
