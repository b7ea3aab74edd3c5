// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import vbus.bench.ring.Message;

/// Takes frames out: copies the first 64 bytes of each, and checks that it is the next one.
final class FrameSink {

    private final MemorySegment begin = Arena.global().allocate(Message.BYTES, 4096);
    private final MemorySegment number = begin.asSlice(FrameSource.NUMBER_AT);
    private long taken;

    void take(MemorySegment from, long at) {
        MemorySegment.copy(from, at, begin, 0, Message.BYTES);
        Message.check(number, taken++);
    }

    long taken() {
        return taken;
    }
}
