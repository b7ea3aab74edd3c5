// SPDX-License-Identifier: Apache-2.0
package vbus.venet.api;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ConsumerType;

/// Takes packets as they arrived at a port, with what is left to do for them: up to 64 KiB, not cut, not summed.
@ConsumerType
@FunctionalInterface
public interface PacketHandler {

    /// One ethernet frame, or one packet that is to be cut.
    /// Units, ownership, threads: as [FrameHandler#frame]; `offload` is the port's, too.
    void packet(MemorySegment memory, long offset, int lengthBytes, FrameOffload offload);
}
