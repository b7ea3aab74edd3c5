// SPDX-License-Identifier: Apache-2.0
/// What a frame of the highest class waits for while the lane has more of the lowest than it can forward: `./vbus bench priority`.
///
/// ```
///   PriorityMeasurement ── PriorityLeg, loaded or not ── PriorityProcess: a bus with the switch, its lane on CPU 1
///                                                         bulk (class 0) ──┐
///                                                         urgent (class 7) ┴─▶ receiver        three BusStations, on CPU 0
/// ```
package vbus.bench.priority;
