// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static vbus.vhost.MessageLayout.FLAGS;
import static vbus.vhost.MessageLayout.HEADER_BYTES;
import static vbus.vhost.MessageLayout.NEED_REPLY;
import static vbus.vhost.MessageLayout.NO_DESCRIPTOR;
import static vbus.vhost.MessageLayout.NUMBER;
import static vbus.vhost.MessageLayout.REPLY;
import static vbus.vhost.MessageLayout.REQUEST;
import static vbus.vhost.MessageLayout.SIZE;
import static vbus.vhost.MessageLayout.TABLE_BYTES;
import static vbus.vhost.MessageLayout.VERSION;
import static vbus.vhost.MessageLayout.VERSION_MASK;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import vbus.shm.linux.Fds;
import vbus.shm.linux.UnixSocket;

/// A message of a front-end, and the answer to it; used again for the next.
///
/// Once received, its size and its descriptors are what its request asks for. Bound of everything: [MessageLayout#TABLE_BYTES] of
/// payload and [Fds#MAX] descriptors, so a front-end can not make this process read or hold more.
/// Ownership: holds the descriptors that nobody took, until `close`.
/// Threads: one.
final class Message implements AutoCloseable {

    private final MemorySegment bytes;
    private final MemorySegment payload;
    private final Fds fds = new Fds();
    private Request request;

    /// A message whose bytes live in `arena`.
    Message(Arena arena) {
        bytes = arena.allocate(HEADER_BYTES + TABLE_BYTES, 8);
        payload = bytes.asSlice(HEADER_BYTES);
    }

    /// Waits for the next message; false when the front-end left after the last one.
    boolean receive(UnixSocket socket) throws IOException, Violation {
        int got = fill(socket, bytes.asSlice(0, HEADER_BYTES));
        if (got == 0) {
            return false;
        }
        if (got < HEADER_BYTES) {
            throw new Violation("the connection ended after %d bytes of a header: want %d", got, HEADER_BYTES);
        }
        int flags = bytes.get(JAVA_INT, FLAGS);
        if ((flags & (VERSION_MASK | REPLY)) != VERSION) {
            throw new Violation("request %d with flags 0x%x: want version 1 in bits 0-1, and not the reply bit 2",
                Integer.toUnsignedLong(bytes.get(JAVA_INT, REQUEST)), flags);
        }
        request = Request.of(bytes.get(JAVA_INT, REQUEST));
        request.checkSize(size());
        got = fill(socket, payload.asSlice(0, size()));
        if (got < size()) {
            throw new Violation("%s: the connection ended after %d bytes of payload: want %d", request, got, size());
        }
        request.checkDescriptors(fds.count(), size(), size() == 8 && (number() & NO_DESCRIPTOR) != 0);
        return true;
    }

    private int fill(UnixSocket socket, MemorySegment part) throws IOException {
        int got = 0;
        while (got < part.byteSize()) {
            int n = socket.receive(part.asSlice(got), fds);
            if (n == 0) {
                break;
            }
            got += n;
        }
        return got;
    }

    Request request() {
        return request;
    }

    boolean needsReply() {
        return (bytes.get(JAVA_INT, FLAGS) & NEED_REPLY) != 0;
    }

    /// Size of the payload in bytes.
    int size() {
        return bytes.get(JAVA_INT, SIZE);
    }

    /// The descriptors that came along.
    Fds fds() {
        return fds;
    }

    /// The payload that is one number.
    long number() {
        return payload.get(JAVA_LONG_UNALIGNED, NUMBER);
    }

    int intAt(int offset) {
        return payload.get(JAVA_INT, offset);
    }

    long longAt(int offset) {
        return payload.get(JAVA_LONG_UNALIGNED, offset);
    }

    /// Answers with 8 bytes.
    void reply(UnixSocket socket, long number) throws IOException {
        bytes.set(JAVA_INT, FLAGS, VERSION | REPLY);
        bytes.set(JAVA_INT, SIZE, 8);
        payload.set(JAVA_LONG_UNALIGNED, NUMBER, number);
        socket.send(bytes.asSlice(0, HEADER_BYTES + 8));
    }

    /// Closes the descriptors that nobody took.
    @Override
    public void close() {
        fds.close();
    }
}
