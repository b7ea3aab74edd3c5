// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import java.lang.foreign.MemorySegment;
import vbus.venet.api.FrameOffload;
import vbus.venet.offload.Offload;
import vbus.venet.offload.Segmenter;

/// Completes checksums and cuts packets where the device, or the guest's stack, does not.
///
/// Threads: one. Allocates nothing after construction.
final class SoftwareOffload {

    /// The longest packet: IP's 65 535 bytes, an ethernet header, and two VLAN tags.
    static final int MOST_BYTES = 65_535 + 14 + 8;

    private final MemorySegment whole = MemorySegment.ofArray(new byte[MOST_BYTES]);
    private final MemorySegment frame = MemorySegment.ofArray(new byte[MOST_BYTES]);
    private final Segmenter segmenter = new Segmenter();
    private final Offload offload = new Offload();

    /// Takes a copy of a packet; the number of frames that it becomes, 0 when it can not be done.
    int begin(MemorySegment packet, long at, int length, FrameOffload asked) {
        if (length > MOST_BYTES) {
            return 0;
        }
        MemorySegment.copy(packet, at, whole, 0, length);
        offload.flags = asked.flags;
        offload.checksumStart = asked.checksumStart;
        offload.checksumOffset = asked.checksumOffset;
        offload.gso = asked.gso;
        offload.headerBytes = asked.headerBytes;
        offload.segmentBytes = asked.segmentBytes;
        return Math.max(0, segmenter.begin(whole, length, offload));
    }

    /// Writes the next frame; its length.
    int next() {
        return segmenter.next(frame, 0);
    }

    /// Where it is, from 0 on.
    MemorySegment frame() {
        return frame;
    }
}
