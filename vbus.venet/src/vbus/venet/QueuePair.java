// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import vbus.shm.Ring;

/// One receive and one transmit ring of a port, and what is counted for them.
///
/// Threads: the rings belong to the control plane; the counters are the lane's.
final class QueuePair {

    final int number;
    final Counters counters = new Counters();
    Ring receive;
    Ring transmit;
    /// How frames lie in its rings.
    volatile FrameCodec codec;
    /// The transmit ring that the lane serves.
    Ring served;

    QueuePair(int number) {
        this.number = number;
    }

    /// True when both rings are there.
    boolean isWhole() {
        return receive != null && transmit != null;
    }
}
