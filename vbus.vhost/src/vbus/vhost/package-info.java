// SPDX-License-Identifier: Apache-2.0
/// The vhost-user connector: one configuration `vbus.vhost.socket~NAME` is one virtio device of one guest behind a UNIX socket.
///
/// It knows virtio's rings and vhost-user's messages, and nothing of what a device is for. Exports nothing.
///
/// ```
///  SocketComponent --registers--> VhostConnector --attaches--> Bus
///                                      |  offer
///                                      v
///   front-end ==socket==> Listener --> Frontend --Message--> Backend --> VirtioSession --> Channel
///   (QEMU, DPDK)          SocketFile                           |
///        guest memory ==memfd==>                          MemoryTable, Vring --> SplitRing --> lane
/// ```
/// @spec QEMU docs/interop/vhost-user.rst; virtio 1.2, 2.7
package vbus.vhost;
