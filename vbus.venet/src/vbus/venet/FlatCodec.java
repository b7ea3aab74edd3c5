// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import vbus.shm.Burst;

/// The frame is the whole buffer. @spec AlacrityVM venet.h, without the scatter-gather group
final class FlatCodec implements FrameCodec {

    @Override
    public int headBytes() {
        return 0;
    }

    @Override
    public void writeHead(Burst receive, int chain) { }
}
