// SPDX-License-Identifier: Apache-2.0
/// Numbers and layouts that both halves of a virtual ethernet agree on: [VirtualEthernet] with its [PacketDescriptor],
/// [EventLayout] and [QueryLayout], and [VirtioNet].
///
/// Not exported: a driver's bundle carries a private copy, so that an update of the device's bundle refreshes nobody. Hence
/// only constants and codecs live here, never the type of a service.
package vbus.venet.protocol;
