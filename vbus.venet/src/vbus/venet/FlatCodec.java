// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import vbus.shm.Burst;
import vbus.venet.offload.Offload;

/// The frame is the whole buffer. @spec AlacrityVM venet.h, without the scatter-gather group
final class FlatCodec implements FrameCodec {

    private final int most;
    private final Offers takes;

    /// @param most bytes of a frame
    FlatCodec(int most) {
        this(most, Offers.NONE);
    }

    /// @param takes what the guest takes as it is, where it receives otherwise
    FlatCodec(int most, Offers takes) {
        this.most = most;
        this.takes = takes;
    }

    @Override
    public void open(FrameBurst frames) {
        for (int i = 0; i < frames.count(); i++) {
            final long length = frames.taken.readable(i);
            frames.at[i] = 0;
            frames.offload[i].clear(); // what another guest asked is not this one's
            frames.length[i] = (int) Math.min(length, Integer.MAX_VALUE);
            frames.offload[i].clear(); // of an earlier burst, from a guest that may ask
            frames.drop[i] = length > most ? Drop.OVERSIZE : null;
        }
    }

    @Override
    public int headBytes() {
        return 0;
    }

    @Override
    public void writeHead(Burst receive, int chain, Offload offload, int buffers) { }

    @Override
    public Offers takes() {
        return takes;
    }
}
