// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static vbus.venet.protocol.VirtioNet.BUFFERS_AT;
import static vbus.venet.protocol.VirtioNet.HEADER_BYTES;

import java.lang.foreign.MemorySegment;
import vbus.shm.Burst;

/// A header of 12 bytes is before each frame. No offload is offered, so what a guest writes there is ignored, and what it reads
/// is zero but for the number of buffers. @spec virtio 1.2, 5.1.6
final class VirtioNetCodec implements FrameCodec {

    private static final MemorySegment HEADER = header();

    private static MemorySegment header() {
        final byte[] header = new byte[HEADER_BYTES];
        header[BUFFERS_AT] = 1;
        return MemorySegment.ofArray(header).asReadOnly();
    }

    @Override
    public int headBytes() {
        return HEADER_BYTES;
    }

    @Override
    public void writeHead(Burst receive, int chain) {
        receive.write(chain, 0, HEADER, 0, HEADER_BYTES);
    }
}
