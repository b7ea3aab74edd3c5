// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static vbus.venet.protocol.VirtualEthernet.MIN_FRAME_BYTES;

import java.util.Arrays;
import vbus.shm.Burst;
import vbus.shm.Ring;
import vbus.venet.offload.Offload;

/// A burst of frames that are still in their sender's memory: where each is, what it says of itself, and what its sender asks for it.
///
/// ```
///   ring --take--> taken  --FrameCodec.open--> bytes, at, length, offload | drop  --readAddresses--> destination, source, tag
/// ```
/// Everything here was read once from the guest's memory; the frames' other bytes are not looked at.
///
/// Units: bytes. Threads: the lane's. Allocates nothing after construction.
final class FrameBurst {

    /// Frames per burst.
    static final int MOST = 32;

    /// Pieces per burst. A driver without scatter-gather needs two for each frame, one with segmentation up to 19.
    static final int MAX_PIECES = 1024;

    /// `tag` of a frame without one.
    static final int UNTAGGED = -1;

    private static final int TAG_PROTOCOL = 0x8100;
    private static final int SERVICE_TAG = 0x88a8;
    private static final int OLD_SERVICE_TAG = 0x9100;
    private static final int TAG_BYTES = 4;

    /// What the ring gave.
    final Burst taken = new Burst(MOST, MAX_PIECES);
    /// The chains that have the frames: those that were taken, or others that a codec made of them.
    Burst bytes = taken;
    /// Where a frame begins in its chain.
    final int[] at = new int[MOST];
    final int[] length = new int[MOST];
    /// Why a frame is not to be forwarded, or null.
    final Drop[] drop = new Drop[MOST];
    final Offload[] offload = new Offload[MOST];
    final long[] destination = new long[MOST];
    final long[] source = new long[MOST];
    /// IEEE 802.1Q tag control information, 16 bits, or [#UNTAGGED].
    final int[] tag = new int[MOST];
    /// The two bytes behind the source address: type, length, or the tag's protocol.
    final int[] type = new int[MOST];
    /// The two bytes behind the tag, where there is one.
    final int[] innerType = new int[MOST];
    /// VLAN and priority in the switch, as a tag has them; VLAN 0 where ports know none. Forwarding sets it.
    final int[] inner = new int[MOST];
    /// Traffic class, 0 the least urgent to 7; forwarding sets it from the tag, or from the rules of the sender's port.
    final int[] priority = new int[MOST];
    private int count;

    FrameBurst() {
        Arrays.setAll(offload, _ -> new Offload());
    }

    int count() {
        return count;
    }

    /// Takes up to `most` frames; as [Ring#take].
    int take(Ring transmit, FrameCodec codec, int most) {
        final int n = transmit.take(taken, Math.min(most, MOST));
        count = Math.max(0, n);
        if (n > 0) {
            bytes = taken;
            codec.open(this);
            readAddresses();
        }
        return n;
    }

    private void readAddresses() {
        for (int i = 0; i < count; i++) {
            if (drop[i] != null) {
                continue;
            }
            if (length[i] < MIN_FRAME_BYTES) {
                drop[i] = Drop.RUNT;
                continue;
            }
            destination[i] = bytes.readLong(i, at[i]) >>> 16;
            final long behind = bytes.readLong(i, at[i] + 6);
            source[i] = behind >>> 16;
            type[i] = (int) behind & 0xffff;
            tag[i] = UNTAGGED;
            if (type[i] == TAG_PROTOCOL) {
                readTag(i);
            }
        }
    }

    /// The first frame from `i` on that differs from the one before in addresses, type or tag, or is not to be forwarded.
    int endOfLike(int i) {
        int k = i;
        while (k < count && drop[k] == null && destination[k] == destination[k - 1] && source[k] == source[k - 1]
            && tag[k] == tag[k - 1] && type[k] == type[k - 1]) {
            k++;
        }
        return k;
    }

    private void readTag(int i) {
        if (length[i] < MIN_FRAME_BYTES + TAG_BYTES) {
            drop[i] = Drop.BAD_TAG;
        } else {
            final long behind = bytes.readLong(i, at[i] + 10);
            tag[i] = (int) (behind >>> 16) & 0xffff;
            innerType[i] = (int) behind & 0xffff;
        }
    }

    /// True when there is another tag behind a frame's tag.
    boolean isStacked(int i) {
        return tag[i] != UNTAGGED && (innerType[i] == TAG_PROTOCOL || innerType[i] == SERVICE_TAG || innerType[i] == OLD_SERVICE_TAG);
    }

    /// Bytes behind a frame's header and its tag, if it has one.
    int payload(int i) {
        return length[i] - MIN_FRAME_BYTES - (tag[i] == UNTAGGED ? 0 : TAG_BYTES);
    }
}
