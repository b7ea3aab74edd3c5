// SPDX-License-Identifier: Apache-2.0
/// What a guest's code sees of a network device, whoever drives it: [NetworkPort], a service for each.
///
/// Provided by drivers; consumed by a guest's protocol stack or application, which implements [FrameHandler]. One that wants several
/// threads, or packets of 64 KiB, uses a port's [NetworkQueue] with [PacketHandler] and [FrameOffload].
///
/// ```
///   stack --send, flush--> NetworkPort --rings--> device        device --rings--> NetworkPort --onReceive--> stack
///                                                               stack --receive(FrameHandler)--> frames, in place
/// ```
@Export
@Version("1.1.0")
package vbus.venet.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
