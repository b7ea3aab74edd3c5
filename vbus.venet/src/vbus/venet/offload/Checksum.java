// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import java.lang.foreign.MemorySegment;

/// The internet checksum. @spec RFC 1071
public final class Checksum {

    private Checksum() { }

    /// Completes a partial checksum; negative when it does not lie in the frame.
    public static int complete(MemorySegment frame, int length, int start, int offset) {
        return -1;
    }
}
