// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import vbus.shm.Burst;
import vbus.shm.Ring;

/// Puts frames into a guest's receive ring, in bursts that are as long as the sender's.
///
/// ```
///   begin (take what the burst may need) -> deliver* (fill, complete) -> settle (give the rest back, publish once)
/// ```
/// Buffers are taken once per burst: a guest that has none ready loses its own frames, and nobody waits for it.
/// Threads: the lane's.
final class Receiver {

    private final Ring ring;
    private final Port port;
    private final Burst burst = new Burst(Forwarding.MAX_CHAINS, Forwarding.MAX_PIECES);
    private boolean begun;
    private int taken;
    private int filled;

    Receiver(Ring ring, Port port) {
        this.ring = ring;
        this.port = port;
    }

    /// True when the burst of this moment touched this receiver.
    boolean begun() {
        return begun;
    }

    /// Takes up to `want` buffers. A broken ring breaks the guest's session, nobody else's.
    void begin(int want) {
        begun = true;
        taken = filled = 0;
        taken = Math.max(0, ring.take(burst, want)); // BROKEN has no buffers
        if (ring.fault() != null) {
            port.broken(ring.fault());
        }
    }

    /// Copies a frame of `bytes` bytes at `at` of a sender's chain into the next buffer, or counts why not. A buffer that is too
    /// short stays for a shorter frame.
    void deliver(Burst from, int chain, int at, int bytes) {
        final Counters counters = port.counters;
        if (filled == taken) {
            counters.noBuffer++;
            return;
        }
        final FrameCodec codec = port.codec;
        final int head = codec.headBytes();
        if (burst.writable(filled) < head + bytes) {
            counters.tooSmall++;
            return;
        }
        codec.writeHead(burst, filled);
        from.copyTo(chain, at, burst, filled, head, bytes);
        ring.complete(burst, filled++, head + bytes);
        counters.framesOut++;
        counters.bytesOut += bytes;
    }

    /// Ends the burst: at its boundary nothing is held.
    void settle() {
        begun = false;
        if (filled < taken) {
            ring.untake(taken - filled);
        }
        ring.publish();
    }

    /// Forgets a burst that was left by an error, which the lane had the ring forget.
    void forget() {
        begun = false;
    }

    /// Returns all buffers with length 0. At most a ring full: a guest that lends new ones meanwhile keeps them.
    ///
    /// The original does not signal here, as the guest polls right after. Completions of our rings may become visible with
    /// `publish` only, and that signals; the guest finds what it looks for anyway, so the extra signal is harmless.
    void flush() {
        int left = ring.size();
        while (left > 0) {
            final int n = ring.take(burst, Math.min(left, Forwarding.MAX_CHAINS));
            if (n <= 0) {
                break;
            }
            for (int chain = 0; chain < n; chain++) {
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
