// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Ethernet frames for tests: their payload is a text.
final class Frames {

    static final long BROADCAST = 0xffff_ffff_ffffL;
    private static final int HEADER = 14;

    private Frames() { }

    static long mac(int number) {
        return 0x0200_0000_0000L + number;
    }

    static byte[] frame(long to, long from, String text) {
        return frame(to, from, text, HEADER + text.length());
    }

    /// A frame of `length` bytes, zero behind the text.
    static byte[] frame(long to, long from, String text, int length) {
        final ByteBuffer b = ByteBuffer.allocate(Math.max(length, HEADER + text.length()));
        b.putShort((short) (to >>> 32)).putInt((int) to).putShort((short) (from >>> 32)).putInt((int) from);
        b.putShort((short) 0x88b5).put(text.getBytes(US_ASCII)); // the EtherType for local experiments
        return Arrays.copyOf(b.array(), length);
    }

    /// A frame with tags before its type. @param tags control information of each, the outermost first
    static byte[] tagged(long to, long from, String text, int... tags) {
        final byte[] plain = frame(to, from, text);
        final ByteBuffer b = ByteBuffer.allocate(plain.length + 4 * tags.length);
        b.put(plain, 0, 12);
        for (int tag : tags) {
            b.putShort((short) 0x8100).putShort((short) tag);
        }
        return b.put(plain, 12, plain.length - 12).array();
    }

    /// What was heard of a frame: its tags and its text, as `100a hello`.
    static String tags(byte[] frame, int headBytes) {
        final StringBuilder text = new StringBuilder();
        int at = headBytes + 12;
        while ((frame[at] & 0xff) == 0x81 && frame[at + 1] == 0) {
            text.append("%02x%02x ".formatted(frame[at + 2], frame[at + 3]));
            at += 4;
        }
        return text + new String(frame, at + 2, frame.length - at - 2, US_ASCII).trim();
    }

    /// A TCP packet over IPv4 whose checksum field has the sum of the pseudo header only, as with `NEEDS_CSUM` at 34 + 16.
    static byte[] tcp(long to, long from, int payload) {
        final byte[] frame = frame(to, from, "", 54 + payload);
        final ByteBuffer b = ByteBuffer.wrap(frame);
        b.putShort(12, (short) 0x0800);
        b.putShort(14, (short) 0x4500).putShort(16, (short) (40 + payload)).put(22, (byte) 64).put(23, (byte) 6);
        b.putInt(26, 0x0a000001).putInt(30, 0x0a000002);
        b.putShort(34, (short) 1000).putShort(36, (short) 2000).putInt(38, 1).put(46, (byte) 0x50).put(47, (byte) 0x10);
        for (int i = 0; i < payload; i++) {
            frame[54 + i] = (byte) (i * 31 + (i >> 8));
        }
        b.putShort(24, (short) ~sum(b, 14, 34, 0));
        b.putShort(50, (short) sum(b, 26, 34, 6 + 20 + payload));
        return frame;
    }

    /// The sum of 16-bit words in ones' complement.
    static int sum(ByteBuffer b, int from, int to, int more) {
        long sum = more;
        for (int i = from; i < to; i++) {
            sum += (i - from & 1) == 0 ? (b.get(i) & 0xff) << 8 : b.get(i) & 0xff;
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    static String text(byte[] frame, int headBytes) {
        return new String(frame, headBytes + HEADER, frame.length - headBytes - HEADER, US_ASCII).trim();
    }
}
