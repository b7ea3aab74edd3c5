// SPDX-License-Identifier: Apache-2.0
package vbus.testkit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import vbus.testkit.sys.UnixStream;

/// Messages to a vhost-user back-end, well-formed or not.
///
/// Errors: AssertionError when an answer is wrong or does not come in time.
/// Threads: one.
public final class VhostWire implements AutoCloseable {

    /// How long an answer may take.
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long LOOK_AGAIN_NANOS = 2_000_000;

    private final UnixStream stream;

    private VhostWire(UnixStream stream) {
        this.stream = stream;
    }

    /// Connects as soon as somebody listens at `path`.
    public static VhostWire connect(Path path, Duration deadline) {
        long end = System.nanoTime() + deadline.toNanos();
        for (UnixStream s = UnixStream.connect(path); ; s = UnixStream.connect(path)) {
            if (s != null) {
                return new VhostWire(s);
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("nobody listens on %s within %s".formatted(path, deadline));
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS); // a socket that is not there can not be waited for
        }
    }

    /// Sends bytes as they are; false when the back-end is gone.
    public boolean bytes(byte[] bytes, int... fds) {
        return stream.send(bytes, fds);
    }

    /// Sends a header, whatever it says, and a payload, whatever its size.
    public boolean message(int request, int flags, int size, byte[] payload, int... fds) {
        return stream.send(buffer(12 + payload.length).putInt(request).putInt(flags).putInt(size).put(payload).array(), fds);
    }

    /// Sends a request with its payload.
    public void send(int request, byte[] payload, int... fds) {
        if (!message(request, VhostRequest.VERSION, payload.length, payload, fds)) {
            throw new AssertionError("request %d: the back-end closed the connection".formatted(request));
        }
    }

    /// Sends a number: features, a status, a vring with its descriptor.
    public void number(int request, long number, int... fds) {
        send(request, buffer(8).putLong(number).array(), fds);
    }

    /// Sends a vring's state.
    public void state(int request, int index, int value) {
        send(request, buffer(8).putInt(index).putInt(value).array());
    }

    /// Sends a request and waits for the number that answers it.
    public long ask(int request, byte[] payload, int... fds) {
        send(request, payload, fds);
        return answer(request);
    }

    /// Asks for a number.
    public long ask(int request) {
        return ask(request, new byte[0]);
    }

    /// Sends a request that is to be acknowledged and waits for that; 0 is success. REPLY_ACK is negotiated.
    public long acknowledged(int request, byte[] payload, int... fds) {
        if (!message(request, VhostRequest.VERSION | VhostRequest.NEED_REPLY, payload.length, payload, fds)) {
            throw new AssertionError("request %d: the back-end closed the connection".formatted(request));
        }
        return answer(request);
    }

    private long answer(int request) {
        byte[] reply = stream.receive(20, PATIENCE);
        if (reply == null) {
            throw new AssertionError("request %d: the back-end closed the connection instead of answering".formatted(request));
        }
        ByteBuffer in = ByteBuffer.wrap(reply).order(ByteOrder.nativeOrder());
        int number = in.getInt();
        int flags = in.getInt();
        int size = in.getInt();
        if (number != request || flags != (VhostRequest.VERSION | VhostRequest.REPLY) || size != 8) {
            throw new AssertionError("request %d: the answer is to %d with flags 0x%x and %d bytes: want flags 0x5 and 8 bytes"
                .formatted(request, number, flags, size));
        }
        return in.getLong();
    }

    /// True when the back-end ends the connection in time.
    public boolean ended(Duration deadline) {
        return stream.ended(deadline);
    }

    @Override
    public void close() {
        stream.close();
    }

    static ByteBuffer buffer(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    }
}
