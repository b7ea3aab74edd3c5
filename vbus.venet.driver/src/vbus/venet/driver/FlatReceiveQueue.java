// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import vbus.api.driver.Block;
import vbus.shm.DriverRing;

/// A frame is a buffer.
final class FlatReceiveQueue extends ReceiveQueue {

    private final Block buffers;
    private final int bufferBytes;

    /// @param buffers one of `bufferBytes` for each descriptor of the ring
    FlatReceiveQueue(DriverRing ring, Block buffers, int bufferBytes) {
        super(ring);
        this.buffers = buffers;
        this.bufferBytes = bufferBytes;
        memory = buffers.memory();
    }

    @Override
    boolean open(int buffer, int length) {
        at = (long) buffer * bufferBytes;
        size = length;
        return length > 0 && length <= bufferBytes; // a device that says more than it was lent is not believed
    }

    @Override
    void lend(int buffer) {
        ring.offer(buffers.address() + (long) buffer * bufferBytes, bufferBytes, buffer);
    }
}
