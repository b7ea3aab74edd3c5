// SPDX-License-Identifier: Apache-2.0
package vbus.api;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ConsumerType;

/// The device's replaceable half of a session.
///
/// ```
///   open ─▶ call* shm* (work on the lane) ─┬▶ close          the guest or an operator ended the session
///                                          └▶ park ─▶ bytes ─▶ new code: open(snapshot) ─▶ shm, again, for each ─▶ …
/// ```
/// Threads: `call`, `shm`, `park` and `close` come one at a time for one session, from any thread, while the lane may run the
/// session's work; [Session#onLane] is how they reach what the lane uses. During `park` and `close` no work runs.
@ConsumerType
public interface Connection {

    /// A synchronous request of the guest's driver.
    /// Units: `data` is the in-out buffer of the request, its size in bytes is the length given by the guest; it is a copy of
    /// the guest's bytes and valid only during the call. The result is non-negative and its meaning the function's.
    /// Errors: VbusException INVALID for an unknown function or a wrong length.
    int call(int function, MemorySegment data);

    /// The guest registered memory under an id: a pool, or a ring (see [Shm#ring]).
    /// Called again for each registration, in their order, when the session resumes.
    /// Errors: VbusException INVALID for an unknown id or a bad ring; the registration is then undone.
    default void shm(Shm shm) {
        throw new VbusException(Status.INVALID, "shm id %d: this device takes no shared memory".formatted(shm.id()));
    }

    /// The guest took a registration back, its queue was stopped. No work of it runs any more.
    default void unshm(Shm shm) { }

    /// Lets go because the device's code is about to be replaced: what the next version needs to go on, in a format of the
    /// device's own that begins with a version. The registered memory, the rings and their positions are kept by the bus.
    default byte[] park() {
        return new byte[0];
    }

    /// The session ended.
    default void close() { }
}
