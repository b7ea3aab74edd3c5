// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import static vbus.vhost.MessageLayout.AVAIL;
import static vbus.vhost.MessageLayout.INDEX;
import static vbus.vhost.MessageLayout.NO_DESCRIPTOR;
import static vbus.vhost.MessageLayout.TABLE;
import static vbus.vhost.MessageLayout.USED;
import static vbus.vhost.MessageLayout.VALUE;
import static vbus.vhost.MessageLayout.VRING_MASK;

import java.io.IOException;
import java.lang.foreign.Arena;
import vbus.shm.linux.Eventfd;
import vbus.shm.linux.UnixSocket;

/// A connected front-end: reads its messages, checks what they say, has the [Backend] do it, answers.
///
/// Threads: the protocol thread.
final class Frontend {

    /// More than one queue, acknowledged requests, the device's status. @spec vhost-user, Protocol features
    static final long PROTOCOL_FEATURES = 1L | 1L << 3 | 1L << 16;

    private static final long REPLY_ACK = 1L << 3;
    private static final long DONE = 0;
    private static final long NOT_SUPPORTED = 1;
    private static final int MAX_DESCRIPTORS = 32768;
    private static final int MAX_POSITION = 0xffff;
    /// Bit of the device's status. @spec virtio 1.2, 2.1
    private static final long DEVICE_NEEDS_RESET = 0x40;

    /// Something to be done to a vring that stands still.
    @FunctionalInterface
    private interface Change {
        void apply(Vring ring) throws Violation, IOException;
    }

    private final UnixSocket socket;
    private final Backend backend;
    private long protocolFeatures;
    private long status;

    Frontend(UnixSocket socket, Backend backend) {
        this.socket = socket;
        this.backend = backend;
    }

    /// Serves until the front-end leaves or the socket is shut down.
    /// Errors: Violation when the front-end broke a rule, IOException when it died, VbusException when the device is not to be
    /// had.
    void serve() throws IOException, Violation {
        try (Arena arena = Arena.ofConfined(); Message message = new Message(arena)) {
            while (message.receive(socket)) {
                handle(message);
                message.fds().close(); // those that were no use
            }
        }
    }

    private void handle(Message m) throws IOException, Violation {
        switch (m.request()) {
            case GET_FEATURES, GET_PROTOCOL_FEATURES, GET_QUEUE_NUM, GET_VRING_BASE, GET_STATUS -> m.reply(socket, answer(m));
            default -> {
                long result = obey(m);
                if (m.needsReply() && (protocolFeatures & REPLY_ACK) != 0) {
                    m.reply(socket, result);
                }
            }
        }
    }

    private long answer(Message m) throws IOException, Violation {
        return switch (m.request()) {
            case GET_FEATURES -> backend.offered();
            case GET_PROTOCOL_FEATURES -> PROTOCOL_FEATURES;
            case GET_QUEUE_NUM -> backend.queueNumber();
            case GET_STATUS -> backend.isBroken() ? status | DEVICE_NEEDS_RESET : status;
            default -> vringBase(m);
        };
    }

    private long obey(Message m) throws IOException, Violation {
        switch (m.request()) {
            case SET_FEATURES -> backend.accept(m.number());
            case SET_PROTOCOL_FEATURES -> protocolFeatures(m);
            case SET_STATUS -> status = m.number();
            case SET_MEM_TABLE -> backend.table(m);
            case SET_VRING_NUM -> change(m, m.intAt(INDEX), ring -> ring.size(descriptors(m)));
            case SET_VRING_ADDR ->
                change(m, m.intAt(INDEX), ring -> ring.located(m.longAt(TABLE), m.longAt(AVAIL), m.longAt(USED)));
            case SET_VRING_BASE -> change(m, m.intAt(INDEX), ring -> ring.base(position(m)));
            case SET_VRING_ENABLE -> change(m, m.intAt(INDEX), ring -> ring.enabled(on(m)));
            case SET_VRING_KICK -> change(m, vring(m), ring -> ring.kick(kick(m)));
            case SET_VRING_CALL -> backend.ring(m.request(), vring(m)).call(eventfd(m));
            case SET_VRING_ERR -> backend.ring(m.request(), vring(m)).err(eventfd(m));
            case SET_LOG_BASE, SET_LOG_FD -> {
                return NOT_SUPPORTED; // not offered, and who believed in a log would lose memory in a migration
            }
            default -> { } // SET_OWNER says nothing new; RESET_OWNER is deprecated, and best ignored
        }
        return DONE;
    }

    /// A change of a running ring stops it and lets it go on, unless something is missing then.
    private void change(Message m, int index, Change change) throws IOException, Violation {
        Vring ring = backend.stopped(m.request(), index);
        change.apply(ring);
        backend.start(ring);
    }

    /// Stops the ring for good: without its kick it does not start again, not even when the front-end enables it once more.
    private long vringBase(Message m) throws Violation {
        Vring ring = backend.stopped(m.request(), m.intAt(INDEX));
        ring.kick(null);
        return (long) ring.base() << 32 | m.intAt(INDEX);
    }

    private void protocolFeatures(Message m) throws Violation {
        if ((m.number() & ~PROTOCOL_FEATURES) != 0) {
            throw new Violation("%s 0x%x: want only bits of 0x%x", m.request(), m.number(), PROTOCOL_FEATURES);
        }
        protocolFeatures = m.number();
    }

    private static int descriptors(Message m) throws Violation {
        int size = m.intAt(VALUE);
        if (size < 1 || size > MAX_DESCRIPTORS || Integer.bitCount(size) != 1) {
            throw new Violation("%s %d of vring %d: want a power of two, 1..%d", m.request(), Integer.toUnsignedLong(size),
                m.intAt(INDEX), MAX_DESCRIPTORS);
        }
        return size;
    }

    private static int position(Message m) throws Violation {
        int position = m.intAt(VALUE);
        if (position < 0 || position > MAX_POSITION) {
            throw new Violation("%s %d of vring %d: want 0..%d", m.request(), Integer.toUnsignedLong(position), m.intAt(INDEX),
                MAX_POSITION);
        }
        return position;
    }

    private static boolean on(Message m) throws Violation {
        int on = m.intAt(VALUE);
        if (on != 0 && on != 1) {
            throw new Violation("%s %d of vring %d: want 0 or 1", m.request(), Integer.toUnsignedLong(on), m.intAt(INDEX));
        }
        return on == 1;
    }

    private static int vring(Message m) throws Violation {
        if ((m.number() & ~(VRING_MASK | NO_DESCRIPTOR)) != 0) {
            throw new Violation("%s 0x%x: want an index in bits 0-7 and nothing beyond bit 8", m.request(), m.number());
        }
        return (int) m.number() & VRING_MASK;
    }

    private static Eventfd kick(Message m) throws IOException, Violation {
        Eventfd kick = eventfd(m);
        if (kick == null) {
            throw new Violation("%s of vring %d without an eventfd: want one, lanes do not poll", m.request(), vring(m));
        }
        return kick;
    }

    /// The eventfd that came along; null when none did.
    private static Eventfd eventfd(Message m) throws IOException, Violation {
        if (m.fds().count() == 0) {
            return null;
        }
        if (!Eventfd.is(m.fds().get(0))) {
            throw new Violation("%s of vring %d: the descriptor is no eventfd: want one", m.request(), vring(m));
        }
        return Eventfd.of(m.fds());
    }
}
