// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import vbus.bench.ring.Message;
import vbus.venet.protocol.VirtioNet;

/// Writes frames of one kind, each numbered anew and written whole, as freshly as a guest's are.
///
/// ```
///   0        head        + 6       + 12   + 14  + 16       + 24
///   [ header | to        | from    | type | 0   | number   | ...   ]
/// ```
final class FrameSource {

    /// Where a frame's number is.
    static final int NUMBER_AT = 16;
    static final long BROADCAST = 0xffff_ffff_ffffL;

    private static final int EXPERIMENTAL = 0x88b5;
    private static final int TCP4 = 1;
    private static final int SEGMENT_BYTES = 1448;
    private static final int HEADERS_BYTES = 54;
    private static final int TCP_AT = 34;
    private static final int TCP_CHECKSUM_AT = 16;

    private final MemorySegment template;
    private final MemorySegment number;
    private final long bytes;
    private long written;

    FrameSource(int headBytes, int frameBytes, long to, long from, boolean gso) {
        bytes = (long) headBytes + frameBytes;
        template = Arena.global().allocate(bytes, 4096);
        template.set(JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN), headBytes, to << 16 | from >>> 32);
        template.set(JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN), headBytes + 6L, from << 16 | EXPERIMENTAL);
        number = template.asSlice(headBytes + NUMBER_AT, Message.BYTES - NUMBER_AT);
        if (gso) {
            askForSegments();
        }
    }

    /// What a header says of a packet that is to be cut, whoever cuts it.
    private void askForSegments() {
        final var little = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
        template.set(JAVA_BYTE, 0, (byte) 1); // its checksum is to be completed
        template.set(JAVA_BYTE, 1, (byte) TCP4);
        template.set(little, VirtioNet.HEADER_LENGTH_AT, (short) HEADERS_BYTES);
        template.set(little, VirtioNet.SEGMENT_AT, (short) SEGMENT_BYTES);
        template.set(little, VirtioNet.CHECKSUM_START_AT, (short) TCP_AT);
        template.set(little, VirtioNet.CHECKSUM_OFFSET_AT, (short) TCP_CHECKSUM_AT);
    }

    /// Bytes of a frame and its header.
    int bytes() {
        return (int) bytes;
    }

    /// The next frame.
    void write(MemorySegment to, long at) {
        Message.number(number, written++);
        MemorySegment.copy(template, 0, to, at, bytes);
    }

    long written() {
        return written;
    }
}
