// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.lang.foreign.MemorySegment;
import vbus.shm.Burst;
import vbus.shm.Ring;
import vbus.venet.offload.Offload;

/// Puts frames into a receive ring of a port, in bursts that are as long as the sender's.
///
/// ```
///   begin (take what the burst may need) -> (open -> append* -> close)* -> settle (give the rest back, publish once)
/// ```
/// Buffers are taken once per burst, and again only when a frame needs more of them: a guest that has none ready loses its own
/// frames, and nobody waits for it.
///
/// Buffers are kept for frames of class 4 and above: a sixteenth of the ring, at most 16, and at most a quarter of the most that were at
/// hand in a burst since the link went up, 12 of 48, so that a guest that lends few gets its other frames. A frame of a lower class is
/// dropped when it would leave fewer than that. A ring of less than 128 descriptors keeps none.
/// Threads: the lane's.
abstract class Receiver {

    /// Pieces that all buffers of a burst may have where each frame lies in one buffer: those of three for each.
    static final int FEW_PIECES = 144;

    private static final int MOST_KEPT = 16;
    private static final int MOST_FOR_A_FRAME = 64; // the longest takes 43 of 1536 bytes, as Linux's driver lends them
    private static final int MOST = MOST_FOR_A_FRAME + MOST_KEPT;
    private static final int LEAST_RING = 128;
    private static final int URGENT = 4;

    final Ring ring;
    final Port port;
    final FrameCodec codec;
    final Counters counters;
    /// Buffers that were taken; those before `filled` are completed.
    final Burst burst;
    int taken;
    int filled;
    private final int keeps;
    private int keepsNow; // of what the guest was seen to lend
    private int kept; // of the buffers at hand, for this frame's class
    private boolean begun;
    private boolean exhausted;

    Receiver(Ring ring, Port port, FrameCodec codec, Counters counters) {
        this(ring, port, codec, counters, FrameBurst.MAX_PIECES);
    }

    /// @param pieces that all buffers of a burst may have, and one of them: what a chain with more of them is, is told by [Burst]
    Receiver(Ring ring, Port port, FrameCodec codec, Counters counters, int pieces) {
        this.ring = ring;
        this.port = port;
        this.codec = codec;
        this.counters = counters;
        burst = new Burst(MOST, pieces);
        keeps = ring.size() < LEAST_RING ? 0 : Math.min(MOST_KEPT, ring.size() / 16);
    }

    /// True when the burst of this moment touched this receiver.
    final boolean begun() {
        return begun;
    }

    /// Takes what so many frames may need. A broken ring breaks the guest's session, nobody else's.
    final void begin(int frames) {
        begun = true;
        exhausted = false;
        take(Math.min(MOST, frames + keeps));
    }

    /// The next frame is of this traffic class.
    final void classOf(int priority) {
        kept = priority < URGENT ? keepsNow : 0;
    }

    /// Buffers of `taken` that the next frame may use.
    final int usable() {
        return taken - kept;
    }

    /// True when there is a buffer for the next frame.
    final boolean hasBuffer() {
        return filled < usable() || takeMore() && filled < usable();
    }

    /// True when nothing more than what is at hand fits into a burst.
    final boolean isFull() {
        return taken - filled == MOST;
    }

    private void take(int want) {
        filled = 0;
        taken = 0;
        taken = Math.max(0, ring.take(burst, want)); // BROKEN has no buffers
        keepsNow = Math.max(keepsNow, Math.min(keeps, taken / 4));
        if (ring.fault() != null) {
            port.broken(ring.fault());
        }
    }

    /// Gives back what is not filled and takes as many buffers as a burst has; false when there are no more than before, and then for
    /// the rest of the burst.
    final boolean takeMore() {
        final int before = taken - filled;
        if (exhausted || before == MOST) {
            return false;
        }
        if (before > 0) {
            ring.untake(before);
        }
        take(MOST);
        exhausted = taken <= before;
        return !exhausted;
    }

    /// Delivers frames from `i` on and before `end`, all of the class of the one before, as long as each is plain and fits into the next
    /// buffer at hand; the first that is not or does not. Those that were delivered are counted.
    int fill(FrameBurst frames, int i, int end) {
        return i;
    }

    /// Begins a frame of so many bytes, which the guest takes as `offload` says; the reason when there is no place for it.
    /// A buffer that is too short stays for a shorter frame.
    abstract Drop open(int bytes, Offload offload);

    /// The frame's next bytes, from its sender's memory.
    abstract void append(Burst from, int chain, long at, int bytes);

    /// The frame's next bytes, from private memory.
    abstract void append(MemorySegment from, long at, int bytes);

    /// Ends the frame, all of whose bytes were appended.
    abstract void close();

    /// Ends the burst: at its boundary nothing is held.
    final void settle() {
        begun = false;
        if (filled < taken) {
            ring.untake(taken - filled);
        }
        publishOthers();
        ring.publish();
    }

    /// Publishes what else the frames of a burst lie in.
    void publishOthers() { }

    /// Forgets a burst that was left by an error, which the lane had the ring forget.
    final void forget() {
        begun = false;
    }

    /// Says in a buffer that goes back unused that it is, where the ABI asks for more than a length of 0.
    void returned(int chain) { }

    /// Returns all buffers with length 0. At most a ring full: a guest that lends new ones meanwhile keeps them.
    ///
    /// The original does not signal here, as the guest polls right after. Completions of our rings may become visible with
    /// `publish` only, and that signals; the guest finds what it looks for anyway, so the extra signal is harmless.
    final void flush() {
        int left = ring.size();
        while (left > 0) {
            final int n = ring.take(burst, Math.min(left, MOST));
            if (n <= 0) {
                break;
            }
            for (int chain = 0; chain < n; chain++) {
                returned(chain);
                ring.complete(burst, chain, 0);
            }
            left -= n;
        }
        ring.publish();
        if (ring.fault() != null) {
            port.broken(ring.fault());
        }
    }
}
