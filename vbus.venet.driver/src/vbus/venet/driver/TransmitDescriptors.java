// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import java.lang.foreign.MemorySegment;
import vbus.api.driver.Block;
import vbus.shm.DriverRing;
import vbus.venet.api.FrameOffload;
import vbus.venet.protocol.PacketDescriptor;

/// A descriptor of one piece for each transmit buffer, in a pool of the device's or in memory.
///
/// Threads: one at a time.
final class TransmitDescriptors {

    /// Bytes from one to the next.
    static final int STRIDE = 64;

    private final MemorySegment memory;
    private final long base;

    /// @param block room for one descriptor for each buffer
    /// @param base what the device knows the block's first byte by: its offset in the pool, or its address
    TransmitDescriptors(Block block, long base) {
        memory = block.memory();
        this.base = base;
    }

    /// Describes a packet and offers its descriptor; false when the ring is full.
    boolean offer(DriverRing ring, int buffer, long address, int length, FrameOffload o) {
        final long at = (long) buffer * STRIDE;
        final boolean gso = o.gso != FrameOffload.NONE;
        final int flags = ((o.flags & FrameOffload.NEEDS_CSUM) != 0 ? PacketDescriptor.NEEDS_CSUM : 0) | (gso ? PacketDescriptor.GSO : 0)
            | (gso && (o.flags & FrameOffload.ECN) != 0 ? PacketDescriptor.ECN : 0);
        PacketDescriptor.cookie(memory, at, buffer);
        PacketDescriptor.head(memory, at, flags, length, 1);
        PacketDescriptor.offload(memory, at, o.checksumStart, o.checksumOffset,
            switch (o.gso) {
                case FrameOffload.TCP6 -> PacketDescriptor.TCP6;
                case FrameOffload.UDP -> PacketDescriptor.UDP;
                default -> PacketDescriptor.TCP4;
            }, o.headerBytes, o.segmentBytes);
        PacketDescriptor.piece(memory, at, 0, length, address);
        return ring.offer(base + at, PacketDescriptor.MIN_BYTES, buffer);
    }
}
