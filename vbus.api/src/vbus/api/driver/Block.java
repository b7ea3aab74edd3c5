// SPDX-License-Identifier: Apache-2.0
package vbus.api.driver;

import java.lang.foreign.MemorySegment;

/// Memory of the guest that the device can reach.
///
/// @param address guest address of the first byte, what a descriptor must say
/// @param memory the same bytes for the driver
public record Block(long address, MemorySegment memory) {

    /// A part of the block.
    public Block slice(long offset, long byteSize) {
        return new Block(address + offset, memory.asSlice(offset, byteSize));
    }
}
