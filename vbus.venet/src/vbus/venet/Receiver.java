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
/// Threads: the lane's.
abstract class Receiver {

    final Ring ring;
    final Port port;
    final FrameCodec codec;
    final Counters counters;
    /// Buffers that were taken; those before `filled` are completed.
    final Burst burst = new Burst(FrameBurst.MOST, FrameBurst.MAX_PIECES);
    int taken;
    int filled;
    private boolean begun;
    private boolean exhausted;

    Receiver(Ring ring, Port port, FrameCodec codec, Counters counters) {
        this.ring = ring;
        this.port = port;
        this.codec = codec;
        this.counters = counters;
    }

    /// True when the burst of this moment touched this receiver.
    final boolean begun() {
        return begun;
    }

    /// Takes up to `want` buffers. A broken ring breaks the guest's session, nobody else's.
    final void begin(int want) {
        begun = true;
        taken = filled = 0;
        take(want);
    }

    private void take(int want) {
        filled = 0;
        taken = 0;
        taken = Math.max(0, ring.take(burst, want)); // BROKEN has no buffers
        exhausted = taken < want;
        if (ring.fault() != null) {
            port.broken(ring.fault());
        }
    }

    /// Gives back what is not filled and takes as many buffers as a burst has; false when there are no more than before.
    final boolean takeMore() {
        final int before = taken - filled;
        if (exhausted || before == FrameBurst.MOST) {
            return false;
        }
        if (before > 0) {
            ring.untake(before);
        }
        take(FrameBurst.MOST);
        return taken > before;
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
            final int n = ring.take(burst, Math.min(left, FrameBurst.MOST));
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
