// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.stream.IntStream;

/// How many frames that go to everybody a port may send, in frames per second; 0 for as many as it likes, [#INHERITED] for as many as
/// the switch says. A tenth of them, or one, may come at once.
record StormLimits(int broadcast, int multicast, int unknown) {

    /// The switch's limit counts.
    static final int INHERITED = -1;

    static final StormLimits NONE = new StormLimits(0, 0, 0);

    StormLimits {
        if (IntStream.of(broadcast, multicast, unknown).anyMatch(n -> n < INHERITED)) {
            throw new IllegalArgumentException("storm limits of %d, %d, %d frames/s: want 0 (none) or more, or -1 for the switch's"
                .formatted(broadcast, multicast, unknown));
        }
    }

    /// These, and the switch's for those that are inherited.
    StormLimits or(StormLimits all) {
        return new StormLimits(broadcast == INHERITED ? all.broadcast : broadcast,
            multicast == INHERITED ? all.multicast : multicast, unknown == INHERITED ? all.unknown : unknown);
    }

    /// The bucket of a limit; null for none.
    static TokenBucket bucket(int frames) {
        return frames <= 0 ? null : new TokenBucket(frames, Math.max(1, frames / 10));
    }
}
