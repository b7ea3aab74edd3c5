// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.function.Consumer;
import vbus.shm.linux.Eventfd;
import vbus.shm.linux.Fds;
import vbus.shm.linux.SharedFile;
import vbus.shm.linux.UnixSocket;
import vbus.unix.protocol.BusCall;
import vbus.unix.protocol.EventLayout;
import vbus.unix.protocol.Message;
import vbus.unix.protocol.Request;
import vbus.unix.protocol.SlotLayout;

/// A guest by hand, which can say anything: its memory, its messages and its bus calls.
///
/// ```
///   memory, sealed, at guest address BASE:   0 call slot   0x1000 IOQ of events   0x2000 event slots   0x4000 arguments   0x5000 data
/// ```
final class RawGuest implements AutoCloseable {

    static final long BASE = 0x10_0000;
    static final int BYTES = 0x4_0000;
    static final long SLOT = BASE;
    static final long RING = BASE + 0x1000;
    static final long EVENTS = BASE + 0x2000;
    static final long ARGUMENTS = BASE + 0x4000;
    static final long DATA = BASE + 0x5000;
    static final int COUNT = 8;

    final UnixSocket socket;
    final Eventfd kick;
    final Eventfd wake;
    final Eventfd host;
    final SharedFile file;
    final Arena arena = Arena.ofShared();
    final MemorySegment memory;
    final EventInbox inbox;
    private final Message out = new Message(Message.PATIENCE_MILLIS);
    private final Message in = new Message(Message.PATIENCE_MILLIS);
    private int sequence;
    private boolean closed;
    String text = "";
    long handle;

    private RawGuest(UnixSocket socket) throws IOException {
        this.socket = socket;
        kick = Eventfd.create();
        wake = Eventfd.create();
        host = Eventfd.create();
        file = SharedFile.create("raw", BYTES);
        memory = file.map(BYTES, arena);
        inbox = new EventInbox(memory.asSlice(RING - BASE), memory.asSlice(EVENTS - BASE), EVENTS, COUNT, () -> send(Request.EVENTS));
    }

    static RawGuest connect(Path path) {
        try {
            return new RawGuest(socket(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The file is there a little before somebody listens.
    private static UnixSocket socket(Path path) {
        UnixSocket[] made = new UnixSocket[1];
        Await.until("somebody listens at " + path, () -> {
            try {
                made[0] = UnixSocket.connect(path);
                return true;
            } catch (IOException e) {
                return false;
            }
        });
        return made[0];
    }

    // ---- messages

    /// Bytes as they are; false when the host took them no more.
    boolean bytes(byte[] bytes, int... fds) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment copy = a.allocate(Math.max(1, bytes.length));
            MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
            socket.send(copy.asSlice(0, bytes.length), fds);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// A request without a look at its answer.
    void send(Request request, int... fds) {
        send(request, _ -> { }, fds);
    }

    void send(Request request, Consumer<Message> payload, int... fds) {
        try {
            payload.accept(out.begin(request, ++sequence));
            out.send(socket, fds);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A request and its answer's result.
    int ask(Request request, Consumer<Message> payload, int... fds) {
        send(request, payload, fds);
        return answer();
    }

    int answer() {
        try {
            assertTrue(socket.isReadable((int) Await.DEADLINE.toMillis()), "an answer");
            assertTrue(in.receive(socket), "the host ended the connection");
            assertEquals(sequence, in.sequence());
            text = in.result() < 0 ? in.textAt(0, in.size()) : "";
            return in.result();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Text of the last answer's payload.
    String answered(long at, int length) {
        return in.textAt(at, length);
    }

    /// Waits for the host to end the connection.
    boolean isEnded() {
        try (Arena a = Arena.ofConfined(); Fds fds = new Fds()) {
            MemorySegment rest = a.allocate(1024);
            while (socket.isReadable((int) Await.DEADLINE.toMillis())) {
                if (socket.receive(rest, fds) == 0) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    // ---- attach, step by step

    int negotiate(String name) {
        return ask(Request.NEGOTIATE, m -> m.set(0, Request.MAGIC).set(4, Request.VERSION).set(16, Request.NAME_BYTES, name), kick.fd());
    }

    int memory(long address, long size, long offset, int fd) {
        return ask(Request.MEMORY, m -> m.set(0, address).set(8, size).set(16, offset), fd);
    }

    int queue(int vcpu, int priority, long address, int count, int fd) {
        return ask(Request.EVENT_QUEUE, m -> m.set(0, vcpu).set(4, priority).set(8, address).set(16, count), fd);
    }

    int slot(int vcpu, long address, int hostFd, int wakeFd) {
        return ask(Request.CALL_SLOT, m -> m.set(0, vcpu).set(8, address), hostFd, wakeFd);
    }

    /// With memory, an event queue without event slots, and ready.
    RawGuest attach(String name) {
        assertEquals(0, negotiate(name), () -> text);
        assertEquals(0, memory(BASE, BYTES, 0, file.fd()), () -> text);
        assertEquals(0, queue(0, 0, RING, COUNT, wake.fd()), () -> text);
        assertEquals(0, ask(Request.READY, _ -> { }), () -> text);
        return this;
    }

    // ---- bus calls, the slow way

    int call(int vector, int length, long address) {
        return ask(Request.BUS_CALL, m -> m.set(0, vector).set(4, length).set(8, address));
    }

    /// A bus call with its arguments.
    int call(int vector, int length, Consumer<MemorySegment> arguments) {
        MemorySegment at = at(ARGUMENTS, length);
        at.fill((byte) 0);
        arguments.accept(at);
        return call(vector, length, ARGUMENTS);
    }

    /// Opens the echoing device.
    int open() {
        int result = call(BusCall.DEVOPEN, BusCall.OPEN_BYTES, a -> {
            a.set(SlotLayout.INT, BusCall.OPEN_DEVICE, FakeBus.ECHO.id());
            a.set(SlotLayout.INT, BusCall.OPEN_VERSION, FakeBus.ECHO.version());
        });
        handle = at(ARGUMENTS, BusCall.OPEN_BYTES).get(SlotLayout.LONG, BusCall.OPEN_HANDLE);
        return result;
    }

    /// A call of the device.
    int device(int function, int length, long address) {
        return call(BusCall.DEVCALL, BusCall.CALL_BYTES, a -> {
            a.set(SlotLayout.LONG, BusCall.CALL_HANDLE, handle);
            a.set(SlotLayout.INT, BusCall.CALL_FUNCTION, function);
            a.set(SlotLayout.INT, BusCall.CALL_LENGTH, length);
            a.set(SlotLayout.LONG, BusCall.CALL_DATA, address);
        });
    }

    /// Has the device add one to each of some bytes, and looks at them.
    int echo(int length) {
        MemorySegment data = at(DATA, length);
        data.fill((byte) 41);
        int result = device(FakeDevice.ADD, length, DATA);
        if (result >= 0) {
            for (long i = 0; i < length; i++) {
                assertEquals(42, data.get(ValueLayout.JAVA_BYTE, i), "byte " + i);
            }
        }
        return result;
    }

    int shm(int id, long address, int length, int signalOffset, int priority, long cookie) {
        return call(BusCall.DEVSHM, BusCall.SHM_BYTES, a -> {
            a.set(SlotLayout.LONG, BusCall.SHM_HANDLE, handle);
            a.set(SlotLayout.INT, BusCall.SHM_ID, id);
            a.set(SlotLayout.INT, BusCall.SHM_LENGTH, length);
            a.set(SlotLayout.INT, BusCall.SHM_SIGNAL, signalOffset);
            a.set(SlotLayout.INT, BusCall.SHM_PRIORITY, priority);
            a.set(SlotLayout.LONG, BusCall.SHM_COOKIE, cookie);
            a.set(SlotLayout.LONG, BusCall.SHM_DATA, address);
        });
    }

    int unshm(long registration) {
        return call(BusCall.DEVUNSHM, BusCall.HANDLE_BYTES, a -> a.set(SlotLayout.LONG, 0, registration));
    }

    int close(long session) {
        return call(BusCall.DEVCLOSE, BusCall.HANDLE_BYTES, a -> a.set(SlotLayout.LONG, 0, session));
    }

    /// What the last failed bus call said.
    String error() {
        call(BusCall.ERROR, BusCall.ERROR_BYTES, _ -> { });
        return EventLayout.text(at(ARGUMENTS, BusCall.ERROR_BYTES), 0, BusCall.ERROR_BYTES);
    }

    /// Its memory at a guest address.
    MemorySegment at(long address, long length) {
        return memory.asSlice(address - BASE, length);
    }

    /// The process dies: what it shared goes with it.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        socket.close();
        out.close();
        in.close();
        kick.close();
        wake.close();
        host.close();
        file.close();
        arena.close();
    }
}
