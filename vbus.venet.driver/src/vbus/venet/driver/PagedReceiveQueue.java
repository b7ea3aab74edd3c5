// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static vbus.venet.protocol.PacketDescriptor.CHECKSUM_OFFSET_AT;
import static vbus.venet.protocol.PacketDescriptor.CHECKSUM_START_AT;
import static vbus.venet.protocol.PacketDescriptor.FLAGS_AT;
import static vbus.venet.protocol.PacketDescriptor.GSO_TYPE_AT;
import static vbus.venet.protocol.PacketDescriptor.HEADER_LENGTH_AT;
import static vbus.venet.protocol.PacketDescriptor.MAX_BYTES;
import static vbus.venet.protocol.PacketDescriptor.MAX_PIECES;
import static vbus.venet.protocol.PacketDescriptor.PIECES_AT;
import static vbus.venet.protocol.PacketDescriptor.SEGMENT_AT;
import static vbus.venet.protocol.PacketDescriptor.TOTAL_AT;
import static vbus.venet.protocol.PacketDescriptor.piece;
import static vbus.venet.protocol.PacketDescriptor.u16;
import static vbus.venet.protocol.PacketDescriptor.u32;
import static vbus.venet.protocol.PacketDescriptor.u64;

import java.lang.foreign.MemorySegment;
import vbus.api.driver.Block;
import vbus.shm.DriverRing;
import vbus.venet.api.FrameOffload;
import vbus.venet.protocol.PacketDescriptor;

/// A packet lies in the buffer of a descriptor, and what does not fit there in pages, which the device took from the page ring. One
/// in several pieces is put together in private memory.
///
/// ```
///   descriptor came back ─▶ its pages are read ─▶ descriptor lent again, pages to be lent ─▶ publish: as many as the ring has room for
/// ```
final class PagedReceiveQueue extends ReceiveQueue {

    /// Bytes of a page.
    static final int PAGE_BYTES = 4096;

    private final Block descriptors;
    private final int first; // the number of its first descriptor in the pool
    private final Block buffers;
    private final int bufferBytes;
    private final DriverRing pageRing;
    private final Block pages;
    private final boolean[] lent;
    private final int[] idle; // pages that are ours
    private int idleCount;
    private final MemorySegment whole = MemorySegment.ofArray(new byte[SoftwareOffload.MOST_BYTES]);

    /// @param descriptors of this queue, one of 320 bytes for each of the ring's, the first of which is number `first` in the pool
    /// @param buffers one of `bufferBytes` for each
    /// @param pages one of 4096 bytes for each descriptor of the page ring
    PagedReceiveQueue(DriverRing ring, Block descriptors, int first, Block buffers, int bufferBytes, DriverRing pageRing, Block pages) {
        super(ring);
        this.descriptors = descriptors;
        this.first = first;
        this.buffers = buffers;
        this.bufferBytes = bufferBytes;
        this.pageRing = pageRing;
        this.pages = pages;
        lent = new boolean[pageRing.size()];
        idle = new int[pageRing.size()];
        for (int page = pageRing.size() - 1; page >= 0; page--) {
            idle[idleCount++] = page;
        }
        pageRing.unwatch();
    }

    @Override
    boolean open(int buffer, int length) {
        final long slot = (long) buffer * MAX_BYTES;
        final MemorySegment d = descriptors.memory();
        final long total = u32(d, slot + TOTAL_AT);
        final long count = u32(d, slot + PIECES_AT);
        if (length == 0 || total == 0 || total > SoftwareOffload.MOST_BYTES || count < 1 || count > MAX_PIECES) {
            return false;
        }
        size = (int) total;
        offload(d, slot);
        final long head = u32(d, slot + piece(0));
        if (head > bufferBytes) {
            return false;
        }
        memory = buffers.memory();
        at = (long) buffer * bufferBytes;
        return count == 1 ? head == total : gather(d, slot, (int) count, (int) head);
    }

    private boolean gather(MemorySegment d, long slot, int count, int head) {
        MemorySegment.copy(memory, at, whole, 0, head);
        int done = head;
        boolean right = true;
        for (int p = 1; p < count; p++) {
            final long bytes = u32(d, slot + piece(p));
            final long page = u64(d, slot + piece(p) + 8);
            if (page < 0 || page >= lent.length || !lent[(int) page]) {
                return false;
            }
            lent[(int) page] = false;
            idle[idleCount++] = (int) page;
            right &= bytes <= PAGE_BYTES && bytes <= size - done;
            if (right) {
                MemorySegment.copy(pages.memory(), page * PAGE_BYTES, whole, done, bytes);
                done += (int) bytes;
            }
        }
        memory = whole;
        at = 0;
        return right && done == size;
    }

    private void offload(MemorySegment d, long slot) {
        final long flags = u32(d, slot + FLAGS_AT);
        offload.clear();
        if ((flags & PacketDescriptor.NEEDS_CSUM) != 0) {
            offload.flags = FrameOffload.NEEDS_CSUM;
            offload.checksumStart = u16(d, slot + CHECKSUM_START_AT);
            offload.checksumOffset = u16(d, slot + CHECKSUM_OFFSET_AT);
        }
        if ((flags & PacketDescriptor.GSO) != 0) {
            offload.flags |= (flags & PacketDescriptor.ECN) != 0 ? FrameOffload.ECN : 0;
            offload.gso = switch (d.get(JAVA_BYTE, slot + GSO_TYPE_AT)) {
                case PacketDescriptor.TCP6 -> FrameOffload.TCP6;
                case PacketDescriptor.UDP -> FrameOffload.UDP;
                default -> FrameOffload.TCP4;
            };
            offload.headerBytes = u16(d, slot + HEADER_LENGTH_AT);
            offload.segmentBytes = u16(d, slot + SEGMENT_AT);
        }
    }

    @Override
    void lend(int buffer) {
        final long slot = (long) buffer * MAX_BYTES;
        PacketDescriptor.head(descriptors.memory(), slot, 0, 0, 1);
        PacketDescriptor.piece(descriptors.memory(), slot, 0, bufferBytes, buffers.address() + (long) buffer * bufferBytes);
        ring.offer((long) first * MAX_BYTES + slot, MAX_BYTES, buffer);
    }

    /// Pages go before descriptors: who sees a descriptor finds pages.
    @Override
    void publish() {
        if (idleCount > 0) {
            lendPages();
        }
        super.publish();
    }

    private void lendPages() {
        pageRing.reap(pageRing.size());
        while (idleCount > 0) {
            final int page = idle[idleCount - 1];
            if (!pageRing.offer(pages.address() + (long) page * PAGE_BYTES, PAGE_BYTES, page)) {
                break;
            }
            idleCount--;
            lent[page] = true;
        }
        pageRing.publish();
    }
}
