// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A pcapng file as a reader that knows only the specification sees it.
final class CaptureFile {

    /// A frame of it.
    record Packet(String port, int direction, long stamp, int frameBytes, byte[] bytes) { }

    /// What is at its end for a port.
    record Statistics(String port, long received, long accepted, long dropped, long delivered) { }

    final List<String> ports = new ArrayList<>();
    final List<Packet> packets = new ArrayList<>();
    final List<Statistics> statistics = new ArrayList<>();

    CaptureFile(Path file) throws IOException {
        this(Files.readAllBytes(file));
    }

    CaptureFile(byte[] bytes) {
        final ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0x0a0d0d0a, in.getInt(0), "begins with a section");
        while (in.hasRemaining()) {
            final int begin = in.position();
            final int length = in.getInt(begin + 4);
            assertEquals(length, in.getInt(begin + length - 4), "both lengths of the block at " + begin);
            block(in.getInt(begin), in.slice(begin + 8, length - 12).order(ByteOrder.LITTLE_ENDIAN));
            in.position(begin + length);
        }
    }

    private void block(int type, ByteBuffer body) {
        switch (type) {
            case 0x0a0d0d0a -> assertEquals(0x1a2b3c4d, body.getInt());
            case 1 -> {
                body.position(8);
                ports.add(new String(options(body).get(2), UTF_8));
            }
            case 6 -> {
                final String port = ports.get(body.getInt());
                final long stamp = (long) body.getInt() << 32 | body.getInt() & 0xffff_ffffL;
                final byte[] bytes = new byte[body.getInt()];
                final int frameBytes = body.getInt();
                body.get(bytes);
                body.position(body.position() + 3 & -4);
                packets.add(new Packet(port, number(options(body).get(2)).getInt() & 3, stamp, frameBytes, bytes));
            }
            case 5 -> {
                final String port = ports.get(body.getInt());
                body.position(12);
                final Map<Integer, byte[]> o = options(body);
                statistics.add(new Statistics(port, count(o, 4), count(o, 6), count(o, 5), count(o, 8)));
            }
            default -> throw new AssertionError("a block of type " + type);
        }
    }

    private static long count(Map<Integer, byte[]> options, int code) {
        return number(options.get(code)).getLong();
    }

    private static ByteBuffer number(byte[] option) {
        return ByteBuffer.wrap(option).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Map<Integer, byte[]> options(ByteBuffer in) {
        final Map<Integer, byte[]> all = new HashMap<>();
        while (in.hasRemaining()) {
            final int code = in.getShort() & 0xffff;
            final byte[] value = new byte[in.getShort() & 0xffff];
            in.get(value);
            in.position(in.position() + 3 & -4);
            all.put(code, value);
        }
        assertEquals(0, all.get(0).length, "the end of the options");
        return all;
    }
}
