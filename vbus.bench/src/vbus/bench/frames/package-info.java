// SPDX-License-Identifier: Apache-2.0
/// Frames through the switch: `./vbus bench switch`.
///
/// One thread plays all guests, another one the lane that runs the real switch, which it has by the API of devices.
///
/// ```
///   SwitchMeasurement ── FrameLeg ── FrameBenchmark: two threads under JMH
///                                      Way.SWITCH ─▶ SwitchedLan: Stations with rings, BenchSession ── SwitchComponent
///                                      Way.COPY   ─▶ CopyLan: the lane copies buffers, and nothing else
/// ```
package vbus.bench.frames;
