// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.lang.foreign.MemorySegment;
import vbus.shm.Burst;
import vbus.shm.Ring;
import vbus.venet.offload.Offload;

/// Frames lie in one buffer each, behind what the codec puts before them; or, where the guest agreed, in as many as they need.
///
/// ```
///   one buffer      [head | frame          ]
///   merged          [head | frame, 1st part] [2nd part              ] [last part   ]     each a chain of its own
/// ```
/// @spec virtio 1.2, 5.1.6.3.2: mergeable receive buffers
final class BufferReceiver extends Receiver {

    private final boolean merging;
    private final int head;
    private Offload offload;
    private int buffers;
    private int chain; // that is being filled
    private long position; // in it

    /// @param merging true when the guest takes frames in more than one buffer
    BufferReceiver(Ring ring, Port port, FrameCodec codec, Counters counters, boolean merging) {
        super(ring, port, codec, counters, merging || codec.takes().gso() == 0 ? FEW_PIECES : FrameBurst.MAX_PIECES);
        this.merging = merging;
        head = codec.headBytes();
    }

    @Override
    int fill(FrameBurst frames, int i, int end) {
        final Burst from = frames.bytes;
        final int last = Math.min(end, i + usable() - filled);
        long bytes = 0;
        int k = i;
        for (; k < last; k++) {
            final int length = frames.length[k];
            final Offload asked = frames.offload[k];
            if (burst.writable(filled) < (long) head + length || !asked.isPlain()) {
                break;
            }
            from.copyTo(k, frames.at[k], burst, filled, head, length);
            codec.writeHead(burst, filled, asked, 1);
            ring.complete(burst, filled++, head + length);
            bytes += length;
        }
        counters.framesOut += k - i;
        counters.bytesOut += bytes;
        return k;
    }

    @Override
    Drop open(int bytes, Offload asked) {
        if (!hasBuffer()) {
            return Drop.NO_BUFFER;
        }
        final long need = (long) head + bytes;
        offload = asked;
        buffers = 1;
        if (burst.writable(filled) < need) {
            final Drop no = merging ? openMany(need) : Drop.TOO_SMALL;
            if (no != null) {
                return no;
            }
        }
        chain = filled;
        position = head;
        return null;
    }

    private Drop openMany(long need) {
        buffers = buffersFor(need);
        if (buffers == 0 && takeMore()) {
            buffers = buffersFor(need);
        }
        if (buffers == 0) {
            return isFull() ? Drop.TOO_SMALL : Drop.NO_BUFFER;
        }
        return burst.writable(filled) < head ? Drop.TOO_SMALL : null;
    }

    /// How many of the buffers at hand have so many bytes; 0 when all that the frame may use have not.
    private int buffersFor(long need) {
        long room = 0;
        for (int c = filled; c < usable(); c++) {
            room += burst.writable(c);
            if (room >= need) {
                return c - filled + 1;
            }
        }
        return 0;
    }

    @Override
    void append(Burst from, int fromChain, long at, int bytes) {
        if (buffers == 1) {
            from.copyTo(fromChain, at, burst, chain, position, bytes);
            position += bytes;
            return;
        }
        for (int done = 0; done < bytes; ) {
            final int n = part(bytes - done);
            from.copyTo(fromChain, at + done, burst, chain, position, n);
            position += n;
            done += n;
        }
    }

    @Override
    void append(MemorySegment from, long at, int bytes) {
        for (int done = 0; done < bytes; ) {
            final int n = part(bytes - done);
            burst.write(chain, position, from, at + done, n);
            position += n;
            done += n;
        }
    }

    /// How much of `bytes` goes into the present buffer; goes on to the next when it is full.
    private int part(int bytes) {
        while (position == burst.writable(chain)) {
            chain++;
            position = 0;
        }
        return (int) Math.min(bytes, burst.writable(chain) - position);
    }

    @Override
    void close() {
        codec.writeHead(burst, filled, offload, buffers);
        while (filled < chain) {
            ring.complete(burst, filled, (int) burst.writable(filled));
            filled++;
        }
        ring.complete(burst, filled++, (int) position);
    }
}
