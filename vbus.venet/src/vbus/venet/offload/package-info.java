// SPDX-License-Identifier: Apache-2.0
/// What a frame leaves to its receiver, and how to do it in software: checksums and segmentation.
///
/// ```
///   header of an ABI -> Offload -> FrameCheck -> passed on as it is, when the receiver can take it
///                                             -> Checksum.complete    one frame, its checksum made whole
///                                             -> Segmenter            a large packet becomes frames, as the Linux kernel cuts it
///                                                  uses PacketHeaders (parsed, checked) and PacketLayout (bytes)
/// ```
/// Works on private copies of frames only: no ring and no guest memory is read here. What is refused has a [Flaw].
package vbus.venet.offload;
