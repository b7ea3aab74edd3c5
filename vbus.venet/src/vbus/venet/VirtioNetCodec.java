// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static vbus.venet.protocol.VirtioNet.HEADER_BYTES;

import vbus.shm.Burst;
import vbus.venet.offload.Offload;

/// A header of 12 bytes is before each frame. A guest that negotiated no offload has its header ignored.
/// @spec virtio 1.2, 5.1.6
final class VirtioNetCodec implements FrameCodec {

    private static final int GSO_ECN = 0x80;
    /// The header's last eight bytes begin here: segment size, checksum start and offset, buffers.
    private static final int LAST_AT = HEADER_BYTES - Long.BYTES;
    /// Of the header's first eight: that a checksum is to be completed, or any kind of segmentation.
    private static final long ASKS = (long) Offload.NEEDS_CSUM << 56 | 0xffL << 48;

    private final OffloadRules rules;
    private final Offers takes;
    private final boolean reads;

    /// @param sends what the guest may ask for
    /// @param takes what the guest takes as it is
    /// @param most bytes of a frame that is not to be segmented
    VirtioNetCodec(Offers sends, Offers takes, int most) {
        rules = new OffloadRules(sends, most);
        reads = sends.checksum() || sends.gso() != 0;
        this.takes = takes;
    }

    @Override
    public void open(FrameBurst frames) {
        for (int i = 0; i < frames.count(); i++) {
            final long length = frames.taken.readable(i) - HEADER_BYTES;
            frames.at[i] = HEADER_BYTES;
            frames.length[i] = (int) Math.min(Math.max(0, length), Integer.MAX_VALUE);
            frames.drop[i] = length < 0 ? Drop.RUNT : reads ? read(frames.taken, i, frames.offload[i], length)
                : plain(frames.offload[i], length);
        }
    }

    private Drop plain(Offload o, long length) {
        o.clear();
        return length > rules.most() ? Drop.OVERSIZE : null;
    }

    private Drop read(Burst burst, int chain, Offload o, long length) {
        final long first = burst.readLong(chain, 0); // flags, kind, header length, segment size, checksum start
        if ((first & ASKS) == 0) {
            final Drop no = plain(o, length);
            o.flags = (int) (first >>> 56) & Offload.DATA_VALID;
            return no;
        }
        final long last = burst.readLong(chain, LAST_AT); // of which only what was not read yet is used
        final int kind = (int) (first >>> 48) & 0xff;
        o.gso = kind & ~GSO_ECN;
        o.flags = (int) (first >>> 56) & (Offload.NEEDS_CSUM | Offload.DATA_VALID)
            | ((kind & GSO_ECN) != 0 && o.gso != Offload.NONE ? Offload.ECN : 0);
        o.headerBytes = little(first >>> 32);
        o.segmentBytes = little(first >>> 16);
        o.checksumStart = little(first);
        o.checksumOffset = little(last >>> 16);
        return rules.check(o, length);
    }

    private static int little(long bigEndian) {
        return Short.reverseBytes((short) bigEndian) & 0xffff;
    }

    @Override
    public int headBytes() {
        return HEADER_BYTES;
    }

    @Override
    public void writeHead(Burst receive, int chain, Offload offload, int buffers) {
        if (offload.isPlain() && offload.flags == 0) {
            receive.writeLong(chain, 0, 0);
            receive.writeLong(chain, LAST_AT, little(buffers));
            return;
        }
        final long flags = takes.checksum() ? offload.flags & (Offload.NEEDS_CSUM | Offload.DATA_VALID) : 0;
        final long kind = offload.gso | ((offload.flags & Offload.ECN) != 0 ? GSO_ECN : 0);
        final long segment = little(offload.segmentBytes);
        final long start = little(offload.checksumStart);
        receive.writeLong(chain, 0, flags << 56 | kind << 48 | (long) little(offload.headerBytes) << 32 | segment << 16 | start);
        receive.writeLong(chain, LAST_AT, segment << 48 | start << 32 | (long) little(offload.checksumOffset) << 16 | little(buffers));
    }

    @Override
    public Offers takes() {
        return takes;
    }
}
