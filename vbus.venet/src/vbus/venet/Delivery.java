// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import vbus.venet.capture.Capture;
import vbus.venet.offload.Checksum;
import vbus.venet.offload.Offload;
import vbus.venet.offload.Segmenter;

/// Brings one frame of a burst to one receiver: one copy from the sender's memory to the receiver's, with another tag if it has to be,
/// or what the switch has to do for a receiver that can not.
///
/// ```
///   as it is                            copy
///   tag added, replaced, removed        addresses, tag and type from what was checked, then copy the rest
///   offload that the receiver has not   read once into private memory -> complete the checksum, or cut -> write each
/// ```
/// Where VLANs keep ports apart, addresses, tag and type are those that were checked: its guest may have changed the frame since.
///
/// Threads: the lane's. Allocates nothing after construction.
final class Delivery {

    /// The frame's tag, or none, stays what it is.
    static final int AS_IT_IS = -2;

    private static final ValueLayout.OfLong LONG = JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final short TAG_PROTOCOL = (short) 0x8100;
    private static final int ADDRESSES_BYTES = 12;
    private static final int TAG_BYTES = 4;
    private static final int TYPE_BYTES = 2;
    private static final int MOST_BYTES = OffloadRules.MOST_GSO + TAG_BYTES;

    private final MemorySegment head = MemorySegment.ofArray(new byte[24]);
    private final MemorySegment whole = MemorySegment.ofArray(new byte[MOST_BYTES]);
    private final MemorySegment segment = MemorySegment.ofArray(new byte[MOST_BYTES]);
    private final Segmenter segmenter = new Segmenter();
    private final Offload plain = new Offload();
    private final Offload shifted = new Offload();

    /// Delivers a frame, or says why not; what was delivered is counted.
    /// @param tag [#AS_IT_IS], [FrameBurst#UNTAGGED], or the tag control information that the receiver is to see
    Drop deliver(FrameBurst frames, int i, Receiver to, int tag) {
        final Offload offload = frames.offload[i];
        if (offload.isPlain() || to.codec.takes().has(offload)) {
            return tag == AS_IT_IS ? copy(frames, i, to, offload) : copyTagged(frames, i, to, tag);
        }
        return software(frames, i, to, tag);
    }

    private static Drop copy(FrameBurst frames, int i, Receiver to, Offload offload) {
        final int length = frames.length[i];
        final Drop no = to.open(length, offload);
        if (no == null) {
            to.append(frames.bytes, i, frames.at[i], length);
            to.close();
            counted(to, length);
        }
        return no;
    }

    private Drop copyTagged(FrameBurst frames, int i, Receiver to, int tag) {
        final int from = headBytes(frames, i);
        final int now = writeHead(frames, i, tag);
        final int length = frames.length[i] - from + now;
        final Drop no = to.open(length, moved(frames.offload[i], now - from));
        if (no == null) {
            to.append(head, 0, now);
            to.append(frames.bytes, i, frames.at[i] + from, length - now);
            to.close();
            counted(to, length);
        }
        return no;
    }

    /// Addresses, the tag if there is one, and the type.
    private static int headBytes(FrameBurst frames, int i) {
        return ADDRESSES_BYTES + (frames.tag[i] == FrameBurst.UNTAGGED ? 0 : TAG_BYTES) + TYPE_BYTES;
    }

    /// Writes what comes instead of them; its number of bytes.
    private int writeHead(FrameBurst frames, int i, int tag) {
        head.set(LONG, 0, frames.destination[i] << 16);
        head.set(LONG, 6, frames.source[i] << 16 | frames.type[i]);
        int at = ADDRESSES_BYTES;
        if (tag != FrameBurst.UNTAGGED) {
            head.set(SHORT, at, TAG_PROTOCOL);
            head.set(SHORT, at + 2, (short) tag);
            at += TAG_BYTES;
        }
        head.set(SHORT, at, (short) (frames.tag[i] == FrameBurst.UNTAGGED ? frames.type[i] : frames.innerType[i]));
        return at + TYPE_BYTES;
    }

    private Offload moved(Offload o, int by) {
        if (by == 0 || o.isPlain()) {
            return o;
        }
        shifted.set(o);
        shifted.checksumStart = o.checksumStart + by;
        shifted.headerBytes = o.headerBytes == 0 ? 0 : Math.max(0, o.headerBytes + by); // its guest may say anything
        return shifted;
    }

    /// Shows a frame that was delivered, with the tag that it got; what an offload left undone is shown as its sender left it.
    void capture(Capture to, int port, FrameBurst frames, int i, int tag) {
        if (tag == AS_IT_IS) {
            to.frame(port, false, frames.bytes, i, frames.at[i], frames.length[i]);
        } else {
            final int from = headBytes(frames, i);
            to.frame(port, false, head, writeHead(frames, i, tag), frames.bytes, i, frames.at[i] + from, frames.length[i] - from);
        }
    }

    /// The receiver can not take what the sender asks for: the switch does it.
    private Drop software(FrameBurst frames, int i, Receiver to, int tag) {
        final int length = readWhole(frames, i, tag);
        final Offload offload = moved(frames.offload[i], length - frames.length[i]);
        return offload.gso == Offload.NONE ? sum(length, offload, to) : cut(length, offload, to);
    }

    /// Reads a frame into private memory, with another tag if it has to be; its number of bytes then.
    private int readWhole(FrameBurst frames, int i, int tag) {
        final int from = tag == AS_IT_IS ? 0 : headBytes(frames, i);
        final int now = tag == AS_IT_IS ? 0 : writeHead(frames, i, tag);
        final int length = frames.length[i] - from + now;
        MemorySegment.copy(head, 0, whole, 0, now);
        frames.bytes.read(i, frames.at[i] + from, whole, now, length - now);
        return length;
    }

    private Drop sum(int length, Offload offload, Receiver to) {
        final int flaw = Checksum.complete(whole, length, offload.checksumStart, offload.checksumOffset);
        if (flaw < 0) {
            return OffloadRules.drop(flaw);
        }
        final Drop no = write(whole, length, to);
        to.counters.summed += no == null ? 1 : 0;
        return no;
    }

    private Drop cut(int length, Offload offload, Receiver to) {
        final int segments = segmenter.begin(whole, length, offload);
        if (segments < 0) {
            return OffloadRules.drop(segments);
        }
        for (int n = 0; n < segments; n++) {
            final Drop no = write(segment, segmenter.next(segment, 0), to);
            if (no != null) {
                return no; // what is left would find no place either: a guest may ask for a segment for each byte
            }
        }
        to.counters.segmented++;
        return null;
    }

    private Drop write(MemorySegment from, int length, Receiver to) {
        final Drop no = to.open(length, plain);
        if (no == null) {
            to.append(from, 0, length);
            to.close();
            counted(to, length);
        }
        return no;
    }

    private static void counted(Receiver to, int length) {
        to.counters.framesOut++;
        to.counters.bytesOut += length;
    }
}
