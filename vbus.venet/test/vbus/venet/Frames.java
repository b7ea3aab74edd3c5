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

    static String text(byte[] frame, int headBytes) {
        return new String(frame, headBytes + HEADER, frame.length - headBytes - HEADER, US_ASCII).trim();
    }
}
