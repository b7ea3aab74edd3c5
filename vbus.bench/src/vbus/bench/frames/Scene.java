// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import static vbus.bench.frames.Abi.ANY_ORDER;
import static vbus.bench.frames.Abi.IN_ORDER;
import static vbus.bench.frames.Abi.LINUX;
import static vbus.bench.frames.Abi.VENET;

import java.util.Locale;

/// What is sent, by whom and to whom.
public enum Scene {
    IN_ORDER_64(IN_ORDER, IN_ORDER, 1, 64, 1600),
    ANY_ORDER_64(ANY_ORDER, ANY_ORDER, 1, 64, 1600),
    LINUX_64(LINUX, LINUX, 1, 64, 1600),
    VENET_64(VENET, VENET, 1, 64, 1600),
    VIRTIO_TO_VENET_64(IN_ORDER, VENET, 1, 64, 1600),
    VENET_TO_VIRTIO_64(VENET, IN_ORDER, 1, 64, 1600),
    FLOOD_64(IN_ORDER, IN_ORDER, 8, 64, 1600),
    IN_ORDER_1500(IN_ORDER, IN_ORDER, 1, 1500, 1600),
    LINUX_1500(LINUX, LINUX, 1, 1500, 1600),
    VENET_1500(VENET, VENET, 1, 1500, 1600),
    /// Each frame in three buffers.
    MERGED_1500(LINUX, LINUX, 1, 1500, 512),
    /// A packet that is not cut, in sixteen buffers.
    GSO_64K(LINUX, LINUX, 1, 54 + 45 * 1448, 4096);

    /// Descriptors of each ring.
    static final int SIZE = 256;

    private static final int LINE = 64;
    private static final int MTU_FRAME = 1518;

    final Abi sender;
    final Abi receiver;
    /// More than one get every frame.
    final int receivers;
    final int frameBytes;
    /// Bytes of a receive buffer. As a NIC's, one has room for any frame, where none are merged.
    final int bufferBytes;

    Scene(Abi sender, Abi receiver, int receivers, int frameBytes, int bufferBytes) {
        this.sender = sender;
        this.receiver = receiver;
        this.receivers = receivers;
        this.frameBytes = frameBytes;
        this.bufferBytes = bufferBytes;
    }

    /// True for a packet that its receiver is to take whole, although it is longer than a frame may be.
    boolean isGso() {
        return frameBytes > MTU_FRAME;
    }

    /// Frames that may be under way, a power of two: so many always find receive buffers.
    int slots() {
        final int buffers = (receiver.headBytes + frameBytes + bufferBytes - 1) / bufferBytes;
        return Integer.highestOneBit(SIZE / buffers);
    }

    /// Frames that may be on their way through the switch: it keeps a sixteenth of a receiver's buffers for urgent ones.
    int inFlight() {
        return slots() - Math.max(1, slots() / 16);
    }

    /// Frames that are written at once.
    int burst() {
        return Math.min(Lan.BURST, slots() / 2);
    }

    /// Distance of one buffer of so many bytes from the next: an odd number of cache lines, so that they do not all begin at the same
    /// place of a cache.
    static long stride(int bytes) {
        return ((bytes + LINE - 1) / LINE | 1) * (long) LINE;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
