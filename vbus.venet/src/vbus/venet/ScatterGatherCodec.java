// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static vbus.venet.protocol.PacketDescriptor.CHECKSUM_OFFSET_AT;
import static vbus.venet.protocol.PacketDescriptor.CHECKSUM_START_AT;
import static vbus.venet.protocol.PacketDescriptor.COOKIE_AT;
import static vbus.venet.protocol.PacketDescriptor.ECN;
import static vbus.venet.protocol.PacketDescriptor.FLAGS_AT;
import static vbus.venet.protocol.PacketDescriptor.GSO;
import static vbus.venet.protocol.PacketDescriptor.GSO_TYPE_AT;
import static vbus.venet.protocol.PacketDescriptor.HEADER_LENGTH_AT;
import static vbus.venet.protocol.PacketDescriptor.MAX_BYTES;
import static vbus.venet.protocol.PacketDescriptor.MAX_PIECES;
import static vbus.venet.protocol.PacketDescriptor.MIN_BYTES;
import static vbus.venet.protocol.PacketDescriptor.NEEDS_CSUM;
import static vbus.venet.protocol.PacketDescriptor.PIECES_AT;
import static vbus.venet.protocol.PacketDescriptor.SEGMENT_AT;
import static vbus.venet.protocol.PacketDescriptor.TOTAL_AT;
import static vbus.venet.protocol.PacketDescriptor.piece;
import static vbus.venet.protocol.PacketDescriptor.u16;
import static vbus.venet.protocol.PacketDescriptor.u32;
import static vbus.venet.protocol.PacketDescriptor.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import vbus.shm.Burst;
import vbus.shm.Gather;
import vbus.shm.GuestMemory;
import vbus.venet.offload.Offload;
import vbus.venet.protocol.PacketDescriptor;

/// What is on the ring is a descriptor, and the packet's pieces are where it says.
///
/// ```
///   ring: descriptor ──copied once──▶ private bytes ──checked──▶ pieces gathered from the guest's memory: a chain of `frames.bytes`
/// ```
/// A bad packet's chain stays empty and its drop says why; the descriptor completes, and its completion is told, as those of others.
/// @spec AlacrityVM venet.h: the scatter-gather group
final class ScatterGatherCodec implements FrameCodec {

    /// Two guest regions for each piece of the longest packets.
    private static final int ROOM = FrameBurst.MOST * 2 * MAX_PIECES;

    private static final int NO_GSO_TYPE = -1;

    private final Gather gather;
    private final Burst pieces = new Burst(FrameBurst.MOST, ROOM);
    private final MemorySegment descriptor = MemorySegment.ofArray(new byte[MAX_BYTES]);
    private final long[] cookie = new long[FrameBurst.MOST];
    private final boolean[] hasCookie = new boolean[FrameBurst.MOST];
    private final OffloadRules rules;
    private final Offers takes;
    private final EventQueue completions;
    private final int queue;

    /// @param memory that the pieces are in
    /// @param rules what the guest may ask for
    /// @param takes what the guest takes as it is
    /// @param completions where they are told; null for nowhere
    /// @param queue the number of the pair
    ScatterGatherCodec(GuestMemory memory, OffloadRules rules, Offers takes, EventQueue completions, int queue) {
        gather = new Gather(memory);
        this.rules = rules;
        this.takes = takes;
        this.completions = completions;
        this.queue = queue;
    }

    @Override
    public void open(FrameBurst frames) {
        gather.begin(pieces);
        for (int i = 0; i < frames.count(); i++) {
            frames.at[i] = 0;
            frames.length[i] = 0;
            frames.offload[i].clear();
            final Drop no = read(frames, i);
            if (no != null) {
                gather.abandon();
            }
            gather.end(i);
            frames.drop[i] = no;
        }
        frames.bytes = pieces;
    }

    private Drop read(FrameBurst frames, int i) {
        final long length = frames.taken.readable(i);
        hasCookie[i] = length >= Long.BYTES;
        if (length == 0) {
            return Drop.BAD_ADDRESS; // outside of the pool
        }
        frames.taken.read(i, 0, descriptor, 0, Math.min(length, MAX_BYTES));
        cookie[i] = hasCookie[i] ? u64(descriptor, COOKIE_AT) : 0;
        if (length < MIN_BYTES || length > MAX_BYTES) {
            return Drop.BAD_DESCRIPTOR;
        }
        final long count = u32(descriptor, PIECES_AT);
        final long flags = u32(descriptor, FLAGS_AT);
        if (count < 1 || count > MAX_PIECES || length < piece((int) count) || (flags & ~(NEEDS_CSUM | GSO | ECN)) != 0) {
            return Drop.BAD_DESCRIPTOR;
        }
        final long total = u32(descriptor, TOTAL_AT);
        if (sum((int) count) != total) {
            return Drop.BAD_DESCRIPTOR;
        }
        offload((int) flags, frames.offload[i]);
        final Drop no = rules.check(frames.offload[i], total);
        if (no != null) {
            return no;
        }
        frames.length[i] = (int) total;
        return gather((int) count);
    }

    /// Of at most 18 numbers of 32 bits, so that it does not wrap.
    private long sum(int count) {
        long sum = 0;
        for (int p = 0; p < count; p++) {
            sum += u32(descriptor, piece(p));
        }
        return sum;
    }

    /// Each piece is no longer than all, which is bounded.
    private Drop gather(int count) {
        for (int p = 0; p < count; p++) {
            final int bytes = (int) u32(descriptor, piece(p));
            if (bytes > 0 && !gather.readable(u64(descriptor, piece(p) + 8L), bytes)) {
                return Drop.BAD_ADDRESS;
            }
        }
        return null;
    }

    private void offload(int flags, Offload o) {
        if ((flags & NEEDS_CSUM) != 0) {
            o.flags = Offload.NEEDS_CSUM;
            o.checksumStart = u16(descriptor, CHECKSUM_START_AT);
            o.checksumOffset = u16(descriptor, CHECKSUM_OFFSET_AT);
        }
        if ((flags & GSO) != 0) {
            o.flags |= (flags & ECN) != 0 ? Offload.ECN : 0;
            o.gso = switch (descriptor.get(ValueLayout.JAVA_BYTE, GSO_TYPE_AT)) {
                case PacketDescriptor.TCP4 -> Offload.TCP4;
                case PacketDescriptor.UDP -> Offload.UDP;
                case PacketDescriptor.TCP6 -> Offload.TCP6;
                default -> NO_GSO_TYPE;
            };
            o.headerBytes = u16(descriptor, HEADER_LENGTH_AT);
            o.segmentBytes = u16(descriptor, SEGMENT_AT);
        }
    }

    @Override
    public void completed(FrameBurst frames) {
        if (completions == null) {
            return;
        }
        for (int i = 0; i < frames.count(); i++) {
            if (hasCookie[i]) {
                completions.completion(queue, cookie[i]);
            }
        }
        completions.flush();
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
