// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Writes the blocks of [Pcapng] into a buffer that has room for them.
///
/// Threads: one at a time.
final class Blocks {

    /// A packet's block without the frame's bytes and their padding.
    private static final int PACKET_BYTES = 44;

    /// Bytes of a statistics block.
    static final int STATISTICS_BYTES = 24 + 6 * 12 + 4;

    private final ByteBuffer out;
    private final MemorySegment target;

    Blocks(ByteBuffer out) {
        this.out = out.order(ByteOrder.LITTLE_ENDIAN);
        target = MemorySegment.ofBuffer(out);
    }

    void section(String application) {
        final int begin = begin(Pcapng.SECTION);
        out.putInt(Pcapng.MAGIC).putShort(Pcapng.MAJOR).putShort(Pcapng.MINOR).putLong(Pcapng.UNKNOWN_LENGTH);
        option(Pcapng.SECTION_APPLICATION, application.getBytes(UTF_8));
        endWithOptions(begin);
    }

    /// Bytes that the block of an interface has at most.
    static int interfaceBytes(String name, String filter) {
        return 48 + name.getBytes(UTF_8).length + filter.getBytes(UTF_8).length;
    }

    /// @param filter empty for none
    void describe(String name, int snapBytes, String filter) {
        final int begin = begin(Pcapng.INTERFACE);
        out.putShort(Pcapng.ETHERNET).putShort((short) 0).putInt(snapBytes);
        option(Pcapng.INTERFACE_NAME, name.getBytes(UTF_8));
        option(Pcapng.INTERFACE_TSRESOL, new byte[] {Pcapng.NANOSECONDS});
        if (!filter.isEmpty()) {
            final byte[] text = filter.getBytes(UTF_8);
            option(Pcapng.INTERFACE_FILTER, ByteBuffer.allocate(1 + text.length).put(Pcapng.FILTER_TEXT).put(text).array());
        }
        endWithOptions(begin);
    }

    /// Bytes of the block of a frame.
    static int packetBytes(int captured) {
        return PACKET_BYTES + (captured + 3 & -4);
    }

    /// A frame whose captured bytes are at `at` of `from`.
    void packet(int port, long stamp, int direction, int frameBytes, MemorySegment from, long at, int captured) {
        final int begin = begin(Pcapng.PACKET);
        out.putInt(port).putInt((int) (stamp >>> 32)).putInt((int) stamp).putInt(captured).putInt(frameBytes);
        MemorySegment.copy(from, at, target, out.position(), captured);
        out.position(out.position() + captured);
        pad();
        out.putShort(Pcapng.PACKET_FLAGS).putShort((short) Integer.BYTES).putInt(direction);
        endWithOptions(begin);
    }

    /// What a port came to; stamps of the capture's begin and end.
    void statistics(int port, long began, long ended, long received, long accepted, long dropped, long delivered) {
        final int begin = begin(Pcapng.STATISTICS);
        out.putInt(port).putInt((int) (ended >>> 32)).putInt((int) ended);
        stamp(Pcapng.STATISTICS_START, began);
        stamp(Pcapng.STATISTICS_STOP, ended);
        count(Pcapng.STATISTICS_RECEIVED, received);
        count(Pcapng.STATISTICS_DROPPED, dropped);
        count(Pcapng.STATISTICS_ACCEPTED, accepted);
        count(Pcapng.STATISTICS_DELIVERED, delivered);
        endWithOptions(begin);
    }

    /// Two words, the high one first, whatever the order of bytes.
    private void stamp(short code, long stamp) {
        out.putShort(code).putShort((short) Long.BYTES).putInt((int) (stamp >>> 32)).putInt((int) stamp);
    }

    private void count(short code, long value) {
        out.putShort(code).putShort((short) Long.BYTES).putLong(value);
    }

    private void option(short code, byte[] value) {
        out.putShort(code).putShort((short) value.length).put(value);
        pad();
    }

    private void pad() {
        while ((out.position() & 3) != 0) {
            out.put((byte) 0);
        }
    }

    private int begin(int type) {
        final int begin = out.position();
        out.putInt(type).putInt(0);
        return begin;
    }

    private void endWithOptions(int begin) {
        out.putShort(Pcapng.END).putShort((short) 0);
        final int bytes = out.position() - begin + Integer.BYTES;
        out.putInt(bytes).putInt(begin + Integer.BYTES, bytes);
    }
}
