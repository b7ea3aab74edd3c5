// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import vbus.shm.Burst;

/// Where the frame is in a guest's buffer: chosen when a port is opened, so that forwarding knows no ABI.
///
/// Threads: the lane's; stateless.
interface FrameCodec {

    /// Bytes before the frame, in a buffer of either direction.
    int headBytes();

    /// Writes what precedes a frame in a receive buffer that has room for it.
    void writeHead(Burst receive, int chain);
}
