// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vbus.api.view.Capturable.Request;

/// Wireshark's reader opens a capture without a warning, and finds the same frames, names, directions and nanoseconds.
class TsharkTest {

    private static final String TAB = "\t";

    @TempDir
    Path folder;
    private final Program tshark = Program.need("tshark");
    private long nanos;

    @Test
    void shouldOpenWithoutAWarningAndShowTheSame() throws Exception {
        final Path file = folder.resolve("a.pcapng");
        final Captures captures = new Captures("lan0", _ -> { }, () -> nanos, () -> Instant.ofEpochSecond(1_800_000_000L));
        final List<String> want = new ArrayList<>();
        captures.opened(0, "alice");
        captures.start(new Request(file, "not port 9", null));
        captures.opened(1, "bob, über-guest");
        int number = 0;
        for (byte[] frame : Packets.tagged().values()) {
            nanos += 1_000_000_001L;
            final boolean inbound = number % 2 == 0;
            final int port = number / 2 % 2;
            captures.capture().frame(port, inbound, MemorySegment.ofArray(frame), 0, frame.length);
            if (!HexFormat.of().formatHex(frame).contains("00500009")) {
                want.add(String.join(TAB, port == 0 ? "alice" : "bob, über-guest", inbound ? "0x00000001" : "0x00000002",
                    "%d.%09d".formatted(1_800_000_000L + nanos / 1_000_000_000, nanos % 1_000_000_000), "" + frame.length,
                    HexFormat.of().formatHex(frame)));
            }
            number++;
        }
        captures.capture().settle();
        assertEquals(want.size(), captures.stop(file).frames());

        final Program.Answer fields = tshark.run(folder, 0, List.of("-r", file.toString(), "-n", "-T", "fields",
            "-e", "frame.interface_name", "-e", "frame.packet_flags_direction", "-e", "frame.time_epoch", "-e", "frame.len"));
        final Program.Answer bytes = tshark.run(folder, 0, List.of("-r", file.toString(), "-n", "-x"));

        assertEquals(want.stream().map(w -> w.substring(0, w.lastIndexOf(TAB))).toList(), fields.output());
        assertEquals(want.stream().map(w -> w.substring(w.lastIndexOf(TAB) + 1)).toList(), dumps(bytes.output()));
        assertEquals(List.of(), fields.errors().stream().filter(l -> !l.startsWith("Running as user")).toList(), "no warning");
    }

    /// The bytes of each frame, in hex.
    private static List<String> dumps(List<String> lines) {
        final List<String> all = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("0000  ")) {
                all.add("");
            }
            if (line.matches("[0-9a-f]{4}  .*")) {
                all.add(all.removeLast() + line.substring(6, Math.min(line.length(), 53)).replace(" ", ""));
            }
        }
        return all;
    }
}
