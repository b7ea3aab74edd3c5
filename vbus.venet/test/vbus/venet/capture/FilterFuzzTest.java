// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// What somebody types as a filter, and any frame: it is refused with a word of it, or means the same when its tree is read again.
///
/// ```
///   length of the text u8 | text; bytes from 128 on are words of the language | frame
/// ```
class FilterFuzzTest {

    private static final String[] WORDS = {"tcp", "udp", "icmp", "icmp6", "ip", "ip6", "arp", "host", "src", "dst", "port", "ether", "vlan",
        "less", "greater", "broadcast", "multicast", "and", "or", "not", "(", ")", "10.77.0.1", "fd00::1", "02:76:62:00:00:01", "80", "10"};

    private final Head head = new Head();

    @FuzzTest
    void shouldBeRefusedOrMeanWhatItsTreeSays(byte[] bytes) {
        final int length = bytes.length == 0 ? 0 : Math.min(bytes[0] & 0xff, bytes.length - 1);
        final StringBuilder text = new StringBuilder();
        for (int i = 1; i <= length; i++) {
            text.append(bytes[i] < 0 ? " " + WORDS[(bytes[i] & 0x7f) % WORDS.length] + " "
                : new String(bytes, i, 1, ISO_8859_1));
        }
        final byte[] frame = Arrays.copyOfRange(bytes, Math.min(length + 1, bytes.length), bytes.length);
        final Filter filter;
        try {
            filter = Filter.of(text.toString());
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().contains(": want "), e.getMessage());
            return;
        }
        final Filter again = Filter.of(filter.toString());
        assertEquals(filter.toString(), again.toString());
        for (int cut = 0; cut <= frame.length; cut += Math.max(1, frame.length / 8)) {
            assertEquals(matches(filter, frame, cut, -1), matches(again, frame, cut, -1));
            assertEquals(cut >= 12, matches(Filter.of("vlan 7"), frame, cut, 7));
        }
    }

    private boolean matches(Filter filter, byte[] frame, int length, int tci) {
        final int read = head.read(MemorySegment.ofArray(frame), 0, length, tci);
        assertTrue(head.held() <= Head.BYTES && read <= length, head.held() + " bytes held, " + read + " read");
        return filter.matches(head);
    }
}
