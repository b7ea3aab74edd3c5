// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static vbus.venet.protocol.VirtioNet.BUFFERS_AT;
import static vbus.venet.protocol.VirtioNet.HEADER_BYTES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import vbus.shm.Burst;
import vbus.venet.offload.Offload;
import vbus.venet.protocol.VirtioNet;

/// A header of 12 bytes is before each frame. A guest that negotiated no offload has its header ignored.
/// @spec virtio 1.2, 5.1.6
final class VirtioNetCodec implements FrameCodec {

    private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final int GSO_ECN = 0x80;
    private static final MemorySegment PLAIN = plain();

    private final OffloadRules rules;
    private final Offers takes;
    private final boolean reads;
    private final byte[] bytes = new byte[HEADER_BYTES];
    private final MemorySegment header = MemorySegment.ofArray(bytes);

    /// @param sends what the guest may ask for
    /// @param takes what the guest takes as it is
    /// @param most bytes of a frame that is not to be segmented
    VirtioNetCodec(Offers sends, Offers takes, int most) {
        rules = new OffloadRules(sends, most);
        reads = sends.checksum() || sends.gso() != 0;
        this.takes = takes;
    }

    private static MemorySegment plain() {
        final byte[] header = new byte[HEADER_BYTES];
        header[BUFFERS_AT] = 1;
        return MemorySegment.ofArray(header).asReadOnly();
    }

    @Override
    public void open(FrameBurst frames) {
        for (int i = 0; i < frames.count(); i++) {
            final long length = frames.taken.readable(i) - HEADER_BYTES;
            frames.at[i] = HEADER_BYTES;
            frames.length[i] = (int) Math.min(Math.max(0, length), Integer.MAX_VALUE);
            final Offload offload = frames.offload[i];
            if (length < 0) {
                frames.drop[i] = Drop.RUNT;
            } else if (reads) {
                read(frames.taken, i, offload);
                frames.drop[i] = rules.check(offload, length);
            } else {
                offload.clear();
                frames.drop[i] = length > rules.most() ? Drop.OVERSIZE : null;
            }
        }
    }

    private static void read(Burst burst, int chain, Offload o) {
        final long first = burst.readLong(chain, 0); // flags, kind, header length, segment size, checksum start
        final long last = burst.readLong(chain, 4); // from the segment size on
        final int kind = (int) (first >>> 48) & 0xff;
        o.gso = kind & ~GSO_ECN;
        o.flags = (int) (first >>> 56) & (Offload.NEEDS_CSUM | Offload.DATA_VALID)
            | ((kind & GSO_ECN) != 0 && o.gso != Offload.NONE ? Offload.ECN : 0);
        o.headerBytes = little(first >>> 32);
        o.segmentBytes = little(first >>> 16);
        o.checksumStart = little(first);
        o.checksumOffset = little(last >>> 16);
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
        if (buffers == 1 && offload.isPlain() && offload.flags == 0) {
            receive.write(chain, 0, PLAIN, 0, HEADER_BYTES);
            return;
        }
        bytes[0] = takes.checksum() ? (byte) (offload.flags & (Offload.NEEDS_CSUM | Offload.DATA_VALID)) : 0;
        bytes[1] = (byte) (offload.gso | ((offload.flags & Offload.ECN) != 0 ? GSO_ECN : 0));
        header.set(SHORT, VirtioNet.HEADER_LENGTH_AT, (short) offload.headerBytes);
        header.set(SHORT, VirtioNet.SEGMENT_AT, (short) offload.segmentBytes);
        header.set(SHORT, VirtioNet.CHECKSUM_START_AT, (short) offload.checksumStart);
        header.set(SHORT, VirtioNet.CHECKSUM_OFFSET_AT, (short) offload.checksumOffset);
        header.set(SHORT, BUFFERS_AT, (short) buffers);
        receive.write(chain, 0, header, 0, HEADER_BYTES);
    }

    @Override
    public Offers takes() {
        return takes;
    }
}
