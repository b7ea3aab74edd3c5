// SPDX-License-Identifier: Apache-2.0
package vbus.unix.protocol;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import vbus.shm.linux.Fds;
import vbus.shm.linux.UnixSocket;

/// A message on the socket, and the next in its place.
///
/// ```
///   0 code u32 (see Request)   4 payload size u32   8 sequence u32   12 result i32 (of an answer)   16 payload
/// ```
/// Bound of everything: [#MAX_PAYLOAD_BYTES] and [Fds#MAX] descriptors, so a peer can not make this process read or hold more.
/// Ownership: holds the descriptors that nobody took, until the next message or `close`.
/// Threads: one.
public final class Message implements AutoCloseable {

    /// The longest payload in bytes.
    public static final int MAX_PAYLOAD_BYTES = 512;

    /// How long a peer usually may take for a message, and to take an answer, in milliseconds.
    public static final int PATIENCE_MILLIS = 5000;

    private static final int HEADER_BYTES = 16;
    private static final long CODE = 0;
    private static final long SIZE = 4;
    private static final long SEQUENCE = 8;
    private static final long RESULT = 12;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Arena arena = Arena.ofShared();
    private final MemorySegment bytes = arena.allocate(HEADER_BYTES + MAX_PAYLOAD_BYTES, 8);
    private final MemorySegment payload = bytes.asSlice(HEADER_BYTES);
    private final int patienceMillis;
    private Fds fds = new Fds();

    /// @param patienceMillis how long a peer may take from the first byte of a message to its last
    public Message(int patienceMillis) {
        this.patienceMillis = patienceMillis;
    }

    /// Waits for the next message; false at the peer's end.
    /// Errors: ProtocolException when it is too long or was cut.
    public boolean receive(UnixSocket socket) throws IOException {
        fds.close();
        fds = new Fds();
        int got = socket.receive(bytes.asSlice(0, HEADER_BYTES), fds);
        if (got == 0) {
            return false;
        }
        if (got < HEADER_BYTES) {
            rest(socket, got, HEADER_BYTES);
        }
        int size = bytes.get(INT, SIZE);
        if (size < 0 || size > MAX_PAYLOAD_BYTES) {
            throw new ProtocolException("message %d with a payload of %d bytes: want at most %d"
                .formatted(code(), Integer.toUnsignedLong(size), MAX_PAYLOAD_BYTES));
        }
        if (size > 0) {
            rest(socket, HEADER_BYTES, HEADER_BYTES + size);
        }
        return true;
    }

    private void rest(UnixSocket socket, int from, int to) throws IOException {
        long end = System.nanoTime() + patienceMillis * 1_000_000L;
        try {
            for (int at = from; at < to; ) {
                long millis = (end - System.nanoTime()) / 1_000_000;
                if (millis <= 0 || !socket.isReadable((int) millis)) {
                    throw new ProtocolException("message cut: %d of %d bytes came within %d ms".formatted(at, to, patienceMillis));
                }
                int n = socket.receive(bytes.asSlice(at, to - at), fds);
                if (n == 0) {
                    throw new ProtocolException("message cut: the peer ended after %d of %d bytes".formatted(at, to));
                }
                at += n;
            }
        } catch (ProtocolException e) {
            fds.close();
            throw e;
        }
    }

    /// Its number: of a request, or of what is answered.
    public int code() {
        return bytes.get(INT, CODE);
    }

    /// Number that an answer repeats.
    public int sequence() {
        return bytes.get(INT, SEQUENCE);
    }

    /// Result of an answer.
    public int result() {
        return bytes.get(INT, RESULT);
    }

    /// Bytes of its payload.
    public int size() {
        return bytes.get(INT, SIZE);
    }

    public int intAt(long at) {
        return payload.get(INT, at);
    }

    public long longAt(long at) {
        return payload.get(LONG, at);
    }

    /// Text of up to `length` bytes.
    public String textAt(long at, int length) {
        return EventLayout.text(payload, at, length);
    }

    /// The descriptors that came with it.
    public Fds fds() {
        return fds;
    }

    // ---- to be sent

    /// Begins a request.
    public Message begin(Request request, int sequence) {
        begin(request.code(), sequence, request.payloadBytes());
        return this;
    }

    /// Begins the answer to what was received last; `payloadBytes` of zeros follow.
    public Message answer(int result, int payloadBytes) {
        begin(code(), sequence(), payloadBytes);
        bytes.set(INT, RESULT, result);
        return this;
    }

    /// An answer that says what went wrong.
    public Message failure(int errno, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int n = Math.min(utf8.length, MAX_PAYLOAD_BYTES);
        answer(-errno, n);
        MemorySegment.copy(utf8, 0, payload, ValueLayout.JAVA_BYTE, 0, n);
        return this;
    }

    private void begin(int code, int sequence, int payloadBytes) {
        bytes.fill((byte) 0);
        bytes.set(INT, CODE, code);
        bytes.set(INT, SIZE, payloadBytes);
        bytes.set(INT, SEQUENCE, sequence);
    }

    public Message set(long at, int value) {
        payload.set(INT, at, value);
        return this;
    }

    public Message set(long at, long value) {
        payload.set(LONG, at, value);
        return this;
    }

    public Message set(long at, int length, String text) {
        EventLayout.text(payload, at, length, text);
        return this;
    }

    /// Sends it, with descriptors that stay the caller's.
    public void send(UnixSocket socket, int... descriptors) throws IOException {
        socket.send(bytes.asSlice(0, HEADER_BYTES + size()), descriptors);
    }

    @Override
    public void close() {
        fds.close();
        arena.close();
    }
}
