// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLongArray;

/// The least that can be done: the lane copies each buffer that the other core wrote, and an index each way says how far both are.
final class CopyLan implements Lan {

    private static final int WRITTEN = 32; // words apart: no cache line, nor the one fetched beside it, is shared
    private static final int COPIED = 96;

    private final AtomicLongArray indexes = new AtomicLongArray(160);
    private final int slots;
    private final int burst;
    private final int bytes;
    private final long stride;
    private final MemorySegment from;
    private final MemorySegment to;
    private final FrameSource source;
    private final FrameSink sink = new FrameSink();

    CopyLan(Scene scene) {
        slots = scene.slots();
        burst = scene.burst();
        bytes = scene.frameBytes;
        stride = Scene.stride(Math.max(scene.frameBytes, scene.bufferBytes));
        from = Arena.global().allocate(slots * stride, 4096);
        to = Arena.global().allocate(slots * stride, 4096);
        source = new FrameSource(0, bytes, FrameSource.BROADCAST, 0, false);
    }

    @Override
    public int guests() {
        final long came = Math.min(indexes.getAcquire(COPIED), sink.taken() + BURST); // pairs with the lane's release
        final int n = (int) (came - sink.taken());
        for (int i = 0; i < n; i++) {
            sink.take(to, at(sink.taken()));
        }
        final int room = (int) (sink.taken() + slots - source.written());
        if (room >= burst) {
            for (int i = 0; i < burst; i++) {
                source.write(from, at(source.written()));
            }
            indexes.setRelease(WRITTEN, source.written()); // pairs with the lane's acquire
        }
        return n;
    }

    @Override
    public int lane() {
        final long done = indexes.getPlain(COPIED);
        final long end = Math.min(indexes.getAcquire(WRITTEN), done + BURST); // pairs with the guests' release
        for (long i = done; i < end; i++) {
            MemorySegment.copy(from, at(i), to, at(i), bytes);
        }
        if (end > done) {
            indexes.setRelease(COPIED, end); // pairs with the guests' acquire
        }
        return (int) (end - done);
    }

    private long at(long frame) {
        return (frame & slots - 1) * stride;
    }
}
