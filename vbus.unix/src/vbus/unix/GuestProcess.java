// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.io.IOException;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Bus;
import vbus.api.view.Event.Kind;
import vbus.shm.linux.ErrnoException;
import vbus.shm.linux.Eventfd;
import vbus.shm.linux.UnixSocket;
import vbus.unix.protocol.Message;
import vbus.unix.protocol.ProtocolException;
import vbus.unix.protocol.Request;

/// One connection: a guest process from its connect to its end. Whatever it does ends here, and nothing of it stays open.
///
/// Threads: `run` is the protocol thread; `stop` and `violated` any.
final class GuestProcess {

    private static final long RETRY_MILLIS = 1000;

    private final Endpoint endpoint;
    private final Bus bus;
    private final Names names;
    private final UnixSocket socket;
    private final Message message;
    private Attached attached;
    private Calls slow;
    private volatile String violation;

    /// @param socket this object's from now on
    GuestProcess(Endpoint endpoint, Bus bus, Names names, UnixSocket socket) {
        this.endpoint = endpoint;
        this.bus = bus;
        this.names = names;
        this.socket = socket;
        message = new Message(endpoint.patienceMillis());
    }

    /// Serves until the guest leaves, breaks a rule, or `stop`; returns when nothing of it is left.
    void run() {
        try (socket; message) {
            socket.sendTimeout(endpoint.patienceMillis());
            while (next()) {
                serve();
            }
        } catch (ProtocolException e) {
            violated(e.getMessage());
        } catch (IOException e) {
            // the guest died while it was answered
        } catch (InternalError e) { // may come late: whatever was read since the fault is not used
            String why = attached == null ? null : attached.faulted();
            if (why == null) {
                throw e;
            }
            violated(why);
        } finally {
            tell();
            detach();
        }
    }

    /// Waits for the next message, but not for ever for the first.
    private boolean next() throws IOException {
        if (attached == null && !socket.isReadable(endpoint.patienceMillis())) {
            throw new ProtocolException("no %s within %d ms".formatted(Request.NEGOTIATE, endpoint.patienceMillis()));
        }
        return message.receive(socket);
    }

    private void tell() {
        if (violation != null) {
            bus.report(Kind.PROTOCOL, attached == null ? endpoint.name() : attached.name(), violation);
        }
    }

    /// Ends it soon. Does not block.
    void stop() {
        socket.shutdown();
    }

    /// The guest broke a rule: the connection ends, with the first reason there is. Does not block.
    private void violated(String reason) {
        if (violation == null && !socket.isShut()) {
            violation = reason;
        }
        socket.shutdown();
    }

    private void serve() throws IOException {
        Request request = Request.of(message.code());
        if (request == null) {
            throw new ProtocolException("message %d: want 1..%d".formatted(message.code(), Request.values().length));
        }
        if (message.size() != request.payloadBytes() || message.fds().count() != request.descriptors()) {
            throw new ProtocolException("%s with a payload of %d bytes and %d descriptors: want %d and %d".formatted(request,
                message.size(), message.fds().count(), request.payloadBytes(), request.descriptors()));
        }
        if (request != Request.NEGOTIATE && attached == null) {
            throw new ProtocolException("%s before %s".formatted(request, Request.NEGOTIATE));
        }
        if (request == Request.EVENTS) {
            attached.pump();
            return;
        }
        try {
            answer(request);
        } catch (VbusException e) {
            refused(request + ": " + e.getMessage());
            message.failure(e.status().errno(), e.getMessage());
        }
        send();
    }

    private void refused(String why) {
        if (attached == null) {
            bus.report(Kind.REFUSED, endpoint.name(), why);
        } else {
            attached.refused(why);
        }
    }

    private void send() throws IOException {
        try {
            message.send(socket);
        } catch (ErrnoException e) {
            if (!e.isTimeout()) {
                throw e;
            }
            throw new ProtocolException("%s: it takes no answer within %d ms".formatted(Request.of(message.code()),
                endpoint.patienceMillis()));
        }
    }

    private void answer(Request request) throws IOException {
        switch (request) {
            case NEGOTIATE -> negotiate();
            case MEMORY -> {
                attached.memory().add(message.longAt(0), message.longAt(8), message.longAt(16), message.fds().get(0));
                message.answer(0, 0);
            }
            case FORGET -> {
                attached.forget(message.longAt(0));
                message.answer(0, 0);
            }
            case EVENT_QUEUE -> queue();
            case CALL_SLOT -> slot();
            case READY -> {
                attached.ready();
                message.answer(0, 0);
            }
            case BUS_CALL -> message.answer(slow.execute(message.intAt(0), message.intAt(4), message.longAt(8)), 0);
            case EVENTS -> throw new AssertionError(request);
        }
    }

    private void negotiate() throws IOException {
        int magic = message.intAt(0);
        int version = message.intAt(4);
        if (magic != Request.MAGIC || version != Request.VERSION) {
            throw new ProtocolException("magic 0x%08x version %d: want 0x%08x version %d"
                .formatted(magic, version, Request.MAGIC, Request.VERSION));
        }
        UnixSocket.Peer peer = socket.peer();
        String name = endpoint.guest(message.textAt(16, Request.NAME_BYTES), peer.pid());
        Eventfd kick = eventfd(0);
        detach(); // whatever it had: it starts anew
        if (!names.take(name, endpoint.patienceMillis())) {
            kick.close();
            throw new VbusException(Status.EXISTS, "guest %s is there already: want another name".formatted(name));
        }
        attached = new Attached(name, bus, kick, endpoint.spinNanos(), this::violated);
        slow = new Calls(attached);
        bus.report(Kind.LOG, endpoint.name(), "guest %s is %s".formatted(name, peer));
        message.answer(0, Request.NEGOTIATED_BYTES).set(0, Request.VERSION)
            .set(16, Request.NAME_BYTES, bus.name()).set(80, Request.NAME_BYTES, name);
    }

    private void queue() throws IOException {
        Eventfd wake = eventfd(0);
        try {
            attached.queue(message.intAt(0), message.intAt(4), message.longAt(8), message.intAt(16), wake);
        } catch (VbusException e) {
            wake.close();
            throw e;
        }
        message.answer(0, 0);
    }

    private void slot() throws IOException {
        Eventfd host = eventfd(0);
        Eventfd wake = null;
        boolean taken = false;
        try {
            wake = eventfd(1);
            attached.slot(message.intAt(0), message.longAt(8), host, wake);
            taken = true;
        } finally {
            if (!taken) {
                host.close();
                if (wake != null) {
                    wake.close();
                }
            }
        }
        message.answer(0, 0);
    }

    /// Takes a descriptor of the message. Errors: ProtocolException when it is no eventfd.
    private Eventfd eventfd(int index) throws ErrnoException, ProtocolException {
        if (!Eventfd.is(message.fds().get(index))) {
            throw new ProtocolException("%s: descriptor %d is no eventfd".formatted(Request.of(message.code()), index));
        }
        return Eventfd.of(message.fds(), index);
    }

    /// Ends what the guest has. As long as a device does not let go of its memory, it stays mapped, and this is tried again.
    private void detach() {
        if (attached == null) {
            return;
        }
        for (boolean said = false; ; said = true) {
            try {
                attached.close();
                break;
            } catch (RuntimeException e) {
                if (!said) {
                    bus.report(Kind.LOG, attached.name(), "its end waits: " + (e instanceof VbusException ? e.getMessage() : e));
                }
                pause();
            }
        }
        names.giveBack(attached.name());
        attached = null;
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_MILLIS); // why: nothing tells when a stuck device comes back
        } catch (InterruptedException e) {
            // nobody has a reason to
        }
    }
}
