// SPDX-License-Identifier: Apache-2.0
package vbus.api;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;
import vbus.shm.Direction;
import vbus.shm.Ring;

/// A range of guest memory that the guest registered with a session under an id: a pool, or a queue.
///
/// Ownership: the session's. The segment is valid until the registration ends; do not hold it across a call that blocks.
@ProviderType
public interface Shm {

    /// The id, whose meaning is the interface's.
    int id();

    /// Priority that the guest gave to its signal, 0 (lowest) to 7.
    int priority();

    /// True when the guest registered a signal with it, so that it can be a ring.
    boolean signalled();

    /// The bytes of a pool, or of an IOQ. Errors: VbusException INVALID for a virtqueue, which has three parts.
    MemorySegment memory();

    /// The queue in this memory. A virtqueue carries its direction in each descriptor and ignores the argument. The ring is the
    /// session's: after a park the same ring is there again, at the same position.
    /// Errors: VbusException INVALID when the memory holds no valid ring, says why.
    Ring ring(Direction direction);

    /// The IOQ in this memory, whose descriptors' addresses are offsets in `pool`, in bytes from its first. As `ring(direction)`,
    /// and for as long as this is registered it is a ring over that pool. A descriptor that points outside of the pool is a chain
    /// without a byte: a device completes it and goes on. When the pool's registration ends before, they all are.
    /// Errors: VbusException INVALID as for `ring(direction)`, for a virtqueue, for a pool that has a signal or is not registered
    /// with this session, and for a ring that is over other memory already; says why.
    Ring ring(Direction direction, Shm pool);
}
