// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

/// Stations, and whatever brings frames from the first to the others. Threads: one for the guests, one for the lane.
interface Lan {

    /// Frames that a burst has at most.
    int BURST = 32;

    /// The guests take out what came, up to a burst each, and the first writes up to a burst of new frames; the number that came.
    int guests();

    /// The lane carries what waits; its number.
    int lane();
}
