// SPDX-License-Identifier: Apache-2.0
package vbus.unix.guest;

import static vbus.unix.protocol.SlotLayout.INT;
import static vbus.unix.protocol.SlotLayout.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Channel;
import vbus.shm.Doorbell;
import vbus.shm.Ring;
import vbus.unix.protocol.BusCall;

/// The guest's end of a session in the host.
///
/// Threads: any.
final class RemoteChannel implements Channel {

    private final Link link;
    private final Sessions sessions;
    private final Blocks blocks;
    private final long handle;

    /// @param handle the host's name of the session
    RemoteChannel(Link link, Sessions sessions, Blocks blocks, long handle) {
        this.link = link;
        this.sessions = sessions;
        this.blocks = blocks;
        this.handle = handle;
    }

    @Override
    public int call(int function, MemorySegment data) {
        final CallSlot slot = link.slot();
        try {
            return slot.device(handle, function, data);
        } finally {
            slot.unlock();
        }
    }

    @Override
    public Registration shm(int id, MemorySegment memory, int signalOffset, int priority, Doorbell guest, int kickFd) {
        long cookie = sessions.add(guest);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocate(BusCall.SHM_BYTES, 8);
            a.set(LONG, BusCall.SHM_HANDLE, handle);
            a.set(INT, BusCall.SHM_ID, id);
            a.set(INT, BusCall.SHM_LENGTH, Math.toIntExact(memory.byteSize()));
            a.set(INT, BusCall.SHM_SIGNAL, signalOffset);
            a.set(INT, BusCall.SHM_PRIORITY, priority);
            a.set(LONG, BusCall.SHM_COOKIE, cookie);
            a.set(LONG, BusCall.SHM_DATA, blocks.addressOf(memory));
            return new Registered(link.call(BusCall.DEVSHM, a), cookie);
        } catch (RuntimeException e) {
            sessions.remove(cookie);
            throw e;
        }
    }

    /// Not for this ABI: an interface for guest processes has IOQs. Errors: INVALID.
    @Override
    public Registration queue(int id, Ring ring, int kickFd) {
        throw new VbusException(Status.INVALID, "queue %d: a virtqueue needs a connector for virtio guests".formatted(id));
    }

    @Override
    public void close() {
        try {
            handle(BusCall.DEVCLOSE, handle);
        } finally {
            sessions.closed(handle);
        }
    }

    /// A bus call about a handle. What the host does not know any more is as good as done.
    private void handle(int vector, long number) {
        try (Arena arena = Arena.ofConfined()) {
            link.call(vector, arena.allocateFrom(LONG, number));
        } catch (VbusException e) {
            if (e.status() != Status.GONE && e.status() != Status.NOT_FOUND) {
                throw e;
            }
        }
    }

    private final class Registered implements Registration {

        private final int registration;
        private final long cookie;

        Registered(int registration, long cookie) {
            this.registration = registration;
            this.cookie = cookie;
        }

        @Override
        public void kick() {
            link.kick();
        }

        @Override
        public void close() {
            handle(BusCall.DEVUNSHM, registration);
            sessions.remove(cookie);
        }
    }
}
