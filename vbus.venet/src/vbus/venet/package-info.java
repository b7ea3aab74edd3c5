// SPDX-License-Identifier: Apache-2.0
/// The virtual ethernet switch, a device model: each session of a guest, vbus or virtio, is a port of it.
///
/// ```
///   guest's TX ring -> Sender work -> Forwarding: FrameCodec, MacTable -> Receiver of each target -> their RX rings
///                                     one lane, one burst at a time, one copy
///   call, shm, park, close: Port (VirtualEthernetPort | VirtioNetPort) on the control plane, PortSnapshot between versions
/// ```
/// A loopback is a switch whose Forwarding is a Reflection. An uplink, a TAP for one, is a port as well: its rings are
/// served on the device's own lane (Uplinks, UplinkPort).
///
/// Exports nothing.
package vbus.venet;
