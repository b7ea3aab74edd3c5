// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import java.lang.foreign.MemorySegment;

/// Cuts packets into frames.
public final class Segmenter {

    /// The number of segments of a packet, or a negative number.
    public int begin(MemorySegment frame, int length, Offload offload) {
        return -1;
    }

    /// Writes the next frame; its length.
    public int next(MemorySegment out, long at) {
        return 0;
    }
}
