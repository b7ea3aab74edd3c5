// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static vbus.venet.protocol.PacketDescriptor.COOKIE_AT;
import static vbus.venet.protocol.PacketDescriptor.MAX_BYTES;
import static vbus.venet.protocol.PacketDescriptor.MAX_PIECES;
import static vbus.venet.protocol.PacketDescriptor.MIN_BYTES;
import static vbus.venet.protocol.PacketDescriptor.PIECE_BYTES;
import static vbus.venet.protocol.PacketDescriptor.TOTAL_AT;
import static vbus.venet.protocol.PacketDescriptor.piece;
import static vbus.venet.protocol.PacketDescriptor.u32;
import static vbus.venet.protocol.PacketDescriptor.u64;

import java.lang.foreign.MemorySegment;
import vbus.shm.Burst;
import vbus.shm.Gather;
import vbus.shm.GuestMemory;
import vbus.shm.Ring;
import vbus.venet.offload.Offload;
import vbus.venet.protocol.PacketDescriptor;

/// Frames lie in the first piece of a descriptor of the guest's, and what does not fit there in pages of its page ring.
///
/// ```
///   descriptor in the pool   [head][first piece: length, address][cookie of a page][cookie of a page] …
///                                          └──▶ [frame, 1st part   ]     [2nd part  ]     [last part]
/// ```
/// The descriptor is read once; a place outside of the guest's memory loses the frame and the descriptor comes back empty. A frame
/// takes at most as many pages as its descriptor has room for, and when there are too few of them it is lost: nobody waits.
/// @spec AlacrityVM venet.h: the L4RO group
final class PageReceiver extends Receiver {

    private static final int MAX_PAGES = MAX_PIECES - 1;
    private static final MemorySegment ZERO = MemorySegment.ofArray(new byte[Integer.BYTES]).asReadOnly();

    private final Ring pages;
    private final Gather gather;
    private final Burst first = new Burst(1, 2 * MAX_PIECES);
    private final Burst more = new Burst(MAX_PAGES, 4 * MAX_PAGES);
    private final MemorySegment descriptor = MemorySegment.ofArray(new byte[MAX_BYTES]);
    private Offload offload;
    private int total;
    private int firstBytes;
    private int used; // pages
    private Burst into;
    private int chain;
    private long position;
    private long room; // of the present piece

    PageReceiver(Ring ring, Ring pages, GuestMemory memory, Port port, FrameCodec codec, Counters counters) {
        super(ring, port, codec, counters);
        this.pages = pages;
        gather = new Gather(memory);
    }

    @Override
    Drop open(int bytes, Offload asked) {
        if (!hasBuffer()) {
            return Drop.NO_BUFFER;
        }
        final int slot = (int) Math.min(burst.writable(filled), MAX_BYTES);
        if (slot < MIN_BYTES || !firstPiece()) {
            returned(filled);
            ring.complete(burst, filled++, 0);
            return Drop.BAD_RECEIVE_DESCRIPTOR;
        }
        used = 0;
        if (bytes > firstBytes) {
            final Drop no = takePages(bytes - firstBytes, (slot - MIN_BYTES) / PIECE_BYTES);
            if (no != null) {
                return no;
            }
        }
        offload = asked;
        total = bytes;
        into = first;
        chain = 0;
        position = 0;
        room = firstBytes;
        return null;
    }

    private boolean firstPiece() {
        burst.peek(filled, 0, descriptor, 0, MIN_BYTES);
        firstBytes = (int) Math.min(u32(descriptor, piece(0)), OffloadRules.MOST_GSO);
        gather.begin(first);
        if (firstBytes == 0 || !gather.writable(u64(descriptor, piece(0) + 8L), firstBytes)) {
            return false;
        }
        gather.end(0);
        return true;
    }

    private Drop takePages(long need, int most) {
        final int n = Math.max(0, pages.take(more, most));
        long bytes = 0;
        while (used < n && bytes < need) {
            bytes += more.writable(used++);
        }
        if (bytes < need) {
            used = 0;
        }
        if (used < n) {
            pages.untake(n - used);
        }
        if (pages.fault() != null) {
            port.broken(pages.fault());
        }
        return used > 0 ? null : n == most ? Drop.TOO_SMALL : Drop.NO_BUFFER;
    }

    @Override
    void append(Burst from, int fromChain, long at, int bytes) {
        for (int done = 0; done < bytes; ) {
            final int n = part(bytes - done);
            from.copyTo(fromChain, at + done, into, chain, position, n);
            position += n;
            done += n;
        }
    }

    @Override
    void append(MemorySegment from, long at, int bytes) {
        for (int done = 0; done < bytes; ) {
            final int n = part(bytes - done);
            into.write(chain, position, from, at + done, n);
            position += n;
            done += n;
        }
    }

    /// How much of `bytes` goes into the present piece; goes on to the next when it is full.
    private int part(int bytes) {
        while (position == room) {
            chain = into == first ? 0 : chain + 1;
            into = more;
            position = 0;
            room = more.writable(chain);
        }
        return (int) Math.min(bytes, room - position);
    }

    @Override
    void close() {
        describe();
        int left = total - Math.min(total, firstBytes);
        PacketDescriptor.piece(descriptor, 0, 0, total - left, u64(descriptor, piece(0) + 8L));
        for (int page = 0; page < used; page++) {
            final int bytes = (int) Math.min(left, more.writable(page));
            PacketDescriptor.piece(descriptor, 0, page + 1, bytes, pages.cookie(more, page));
            pages.complete(more, page, bytes);
            left -= bytes;
        }
        final int end = piece(used + 1);
        burst.write(filled, COOKIE_AT + Long.BYTES, descriptor, COOKIE_AT + Long.BYTES, end - Long.BYTES); // the cookie is the guest's
        ring.complete(burst, filled++, end);
    }

    private void describe() {
        final boolean gso = offload.gso != Offload.NONE;
        final int flags = (offload.needsChecksum() ? PacketDescriptor.NEEDS_CSUM : 0) | (gso ? PacketDescriptor.GSO : 0)
            | ((offload.flags & Offload.ECN) != 0 ? PacketDescriptor.ECN : 0);
        PacketDescriptor.head(descriptor, 0, flags, total, used + 1);
        PacketDescriptor.offload(descriptor, 0, offload.checksumStart, offload.checksumOffset,
            switch (offload.gso) {
                case Offload.TCP6 -> PacketDescriptor.TCP6;
                case Offload.UDP -> PacketDescriptor.UDP;
                default -> PacketDescriptor.TCP4;
            }, offload.headerBytes, offload.segmentBytes);
    }

    /// Says that it holds nothing, as the guest looks there.
    @Override
    void returned(int unused) {
        if (burst.writable(unused) >= TOTAL_AT + Integer.BYTES) {
            burst.write(unused, TOTAL_AT, ZERO, 0, Integer.BYTES);
        }
    }

    @Override
    void publishOthers() {
        pages.publish(); // first: who finds pages in a frame finds their places free
    }
}
