// SPDX-License-Identifier: Apache-2.0
package vbus.venet.api;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ConsumerType;

/// Takes frames that arrived at a port, in place.
@ConsumerType
@FunctionalInterface
public interface FrameHandler {

    /// One ethernet frame, without its check sequence.
    /// Units: bytes `[offset, offset + lengthBytes)` of `memory`; byte order is the network's.
    /// Ownership: the port's; the bytes are valid until this returns, copy what is needed longer.
    /// Threads: the thread that called [NetworkPort#receive]. It may send, but not receive.
    void frame(MemorySegment memory, long offset, int lengthBytes);
}
