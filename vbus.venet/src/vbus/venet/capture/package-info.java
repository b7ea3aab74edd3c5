// SPDX-License-Identifier: Apache-2.0
/// Frames of a device's ports into pcapng files, while the device runs.
///
/// ```
///   lane:     Capture.frame -> Head (first bytes, read once) -> Filter -> FrameRing of each Recording that wants it; settle publishes
///   recorder: FrameRing -> Blocks -> file                     one thread for each Recording
///   control:  Captures: start, stop, which ports there are    CaptureComponent: a capture that is configured
/// ```
/// The lane never waits: what a full ring can not take is counted. Knows no switch: who forwards frames calls [Capture].
package vbus.venet.capture;
