// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/// Memory as bytes that people compare with a specification.
final class Hex {

    private static final int LINE = 8;

    private Hex() { }

    /// `expected` is hexadecimal; what stands behind a `|` on a line says what the bytes are, blanks are for the eye.
    static void assertBytes(String expected, MemorySegment actual) {
        final String bytes = expected.replaceAll("\\|[^\\n]*", "").replaceAll("\\s", "");
        assertEquals(lines(HexFormat.of().parseHex(bytes)), lines(actual.toArray(ValueLayout.JAVA_BYTE)));
    }

    private static String lines(byte[] bytes) {
        final StringBuilder text = new StringBuilder();
        for (int at = 0; at < bytes.length; at += LINE) {
            text.append("%3d: ".formatted(at)).append(HexFormat.ofDelimiter(" ").formatHex(bytes, at, Math.min(at + LINE, bytes.length)))
                .append('\n');
        }
        return text.toString();
    }
}
