// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import vbus.shm.Burst;
import vbus.venet.offload.Offload;

/// What a guest's ABI puts around a frame: chosen when the rings are there, so that forwarding knows no ABI.
///
/// Threads: the lane's, once made.
interface FrameCodec {

    /// Finds the frames of the chains that were taken: sets `at`, `length`, `offload` and `drop` of each, and `bytes` if they are
    /// elsewhere. What a guest wrote before its frame is read once, and checked.
    void open(FrameBurst frames);

    /// The frames are done with, delivered or dropped, and their buffers are the guest's again.
    default void completed(FrameBurst frames) { }

    /// Bytes before the frame in a receive buffer.
    int headBytes();

    /// Writes what precedes a frame in a receive buffer that has room for it.
    /// @param buffers that the frame lies in
    void writeHead(Burst receive, int chain, Offload offload, int buffers);

    /// What the guest takes without the switch's help.
    Offers takes();
}
