// SPDX-License-Identifier: Apache-2.0
package vbus.api.connector;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;
import vbus.shm.Doorbell;
import vbus.shm.Ring;

/// The guest's end of a session.
///
/// While the device's code is being replaced, `call` and `shm` wait for the new code, at most for the grace period.
/// Errors: VbusException with what the device says; GONE when the device left, BROKEN when the session is broken.
/// Threads: any.
@ProviderType
public interface Channel extends AutoCloseable {

    /// Memory without a signal.
    int NO_SIGNAL = -1;

    /// A synchronous request; `data` is the in-out buffer and is only used during the call.
    int call(int function, MemorySegment data);

    /// No eventfd: the guest polls, or the caller kicks.
    int NO_FD = -1;

    /// Registers guest memory of a guest that kicks by [Registration#kick].
    default Registration shm(int id, MemorySegment memory, int signalOffset, int priority, Doorbell guest) {
        return shm(id, memory, signalOffset, priority, guest, NO_FD);
    }

    /// Registers guest memory under an id: a pool, or an IOQ with its signal.
    /// Errors: EXISTS when the id is registered; INVALID when the signal lies outside `memory`.
    /// @param signalOffset where in `memory` the 16 bytes of the signal are, a multiple of 4, or [#NO_SIGNAL]
    /// @param priority of the signal, 0 (lowest) to 7
    /// @param guest rings the guest
    /// @param kickFd an eventfd that the guest writes to kick, owned by the caller and open until the registration is closed; or
    ///     [#NO_FD]. No two registrations have the same number.
    Registration shm(int id, MemorySegment memory, int signalOffset, int priority, Doorbell guest, int kickFd);

    /// Registers a virtqueue under its number; `kickFd` as above.
    Registration queue(int id, Ring ring, int kickFd);

    /// Ends the session. Returns when no lane uses the guest's memory for it any more.
    @Override
    void close();

    /// Guest memory that a session knows under an id.
    @ProviderType
    interface Registration extends AutoCloseable {

        /// The guest kicked: its lane looks at the queue. Does not block.
        void kick();

        /// Takes the memory back. Returns at a burst boundary: the ring stands still, at its last position.
        @Override
        void close();
    }
}
