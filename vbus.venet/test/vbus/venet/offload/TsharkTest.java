// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What another program, tshark, thinks of the checksums of our segments.
class TsharkTest {

    private static final int PACKETS = 60;
    private static final Path TSHARK = Path.of("/usr/bin/tshark");
    private static final int[] TYPES = {Offload.TCP4, Offload.UDP, Offload.TCP6, Offload.UDP_L4};

    @TempDir
    private Path folder;

    @BeforeAll
    static void look() {
        assumeTrue(Files.isExecutable(TSHARK), "no " + TSHARK + " (Debian: tshark), so nobody else looks at the checksums of segments");
    }

    @Test
    void shouldFindNoBadChecksumInSegments() throws Exception {
        final List<byte[]> frames = new ArrayList<>();
        final int[] want = segments(frames);
        final Path file = capture(frames);

        assertEquals(List.of(), numbers(file, "ip.checksum.status == Bad || tcp.checksum.status == Bad || udp.checksum.status == Bad"));

        assertEquals(want[0], numbers(file, "ip.checksum.status == Good").size(), "IPv4 headers");
        assertEquals(want[1], numbers(file, "tcp.checksum.status == Good").size(), "TCP packets");
        assertEquals(want[2], numbers(file, "udp.checksum.status == Good").size(), "UDP packets, one for all fragments of a datagram");
    }

    @Test
    void shouldSeeOneByteThatIsWrong() throws Exception {
        final List<byte[]> frames = new ArrayList<>();
        segments(frames);
        final byte[] frame = frames.get(7);
        frame[frame.length - 1] ^= 1;

        assertEquals(List.of("8"), numbers(capture(frames), "tcp.checksum.status == Bad"));
    }

    /// The number of frames with IPv4 headers, with TCP, and of UDP datagrams.
    private static int[] segments(List<byte[]> frames) {
        final Random random = new Random(Seed.of("TsharkTest"));
        final int[] want = new int[3];
        for (int gso : TYPES) {
            for (int i = 0; i < PACKETS; i++) {
                final GsoPacket packet = GsoPacket.random(random, gso);
                final List<byte[]> all = Segments.of(packet);
                frames.addAll(all);
                want[0] += packet.six ? 0 : all.size();
                want[1] += packet.tcp ? all.size() : 0;
                want[2] += packet.tcp ? 0 : gso == Offload.UDP ? 1 : all.size();
            }
        }
        assertTrue(frames.size() > 10 * PACKETS, frames.size() + " frames");
        return want;
    }

    /// @spec pcap: file format, LINKTYPE_ETHERNET
    private Path capture(List<byte[]> frames) throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0xa1b2c3d4);
        out.writeInt(2 << 16 | 4);
        out.writeLong(0);
        out.writeInt(1 << 18);
        out.writeInt(1);
        int second = 0;
        for (byte[] frame : frames) {
            out.writeInt(second++);
            out.writeInt(0);
            out.writeInt(frame.length);
            out.writeInt(frame.length);
            out.write(frame);
        }
        return Files.write(folder.resolve("segments.pcap"), bytes.toByteArray());
    }

    /// The numbers of the frames that a filter lets through, the first is 1.
    private List<String> numbers(Path file, String filter) throws Exception {
        final Path said = folder.resolve("said");
        final Process p = new ProcessBuilder(TSHARK.toString(), "-n", "-r", file.toString(), "-o", "ip.check_checksum:TRUE",
            "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-Y", filter, "-T", "fields", "-e",
            "frame.number").redirectError(said.toFile()).start();
        final String out = new String(p.getInputStream().readAllBytes());
        assertEquals(0, p.waitFor(), () -> "tshark failed, see " + said);
        return out.lines().toList();
    }
}
