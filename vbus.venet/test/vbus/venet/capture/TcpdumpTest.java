// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vbus.api.view.Capturable.Request;

/// A filter finds the frames that tcpdump finds with the same words.
class TcpdumpTest {

    private static final String[] PRIMITIVES = {"tcp", "udp", "icmp", "icmp6", "arp", "ip", "ip6", "host 10.77.0.1", "src host 10.77.0.2",
        "dst 10.77.0.2", "host fd00::1", "src fd00::2", "port 80", "src port 53", "dst port 5353", "tcp port 80", "udp src port 53",
        "ip host 10.77.0.1", "arp src host 10.77.0.1", "ether host 02:76:62:00:00:02", "ether src 02:76:62:00:00:01",
        "ether dst host ff:ff:ff:ff:ff:ff", "broadcast", "ether broadcast", "multicast", "ether multicast", "less 60", "less 74",
        "greater 75", "greater 60", "vlan"};
    private static final int FILTERS = 120;

    @TempDir
    Path folder;
    private final Program tcpdump = Program.need("tcpdump");

    @Test
    void shouldFindWhatTcpdumpFinds() throws Exception {
        final Path file = write(Packets.untagged().values(), "untagged.pcapng");
        for (String filter : PRIMITIVES) {
            assertSame(filter, file, Packets.untagged().values());
        }
        final Random random = seeded();
        for (int i = 0; i < FILTERS; i++) {
            assertSame(filter(random, 0), file, Packets.untagged().values());
        }
    }

    @Test
    void shouldFindWhatTcpdumpFindsBehindATag() throws Exception {
        final Path file = write(Packets.tagged().values(), "tagged.pcapng");
        final Random random = seeded();
        for (int i = 0; i < FILTERS; i++) {
            final String vlan = random.nextBoolean() ? "vlan" : "vlan " + 10 * (1 + random.nextInt(4));
            assertSame(vlan + " and (" + filter(random, 0) + ")", file, Packets.tagged().values());
        }
    }

    private static Random seeded() {
        final long seed = Long.getLong("vbus.seed", System.nanoTime());
        System.out.println("TcpdumpTest: -Dvbus.seed=" + seed); // why: replays the test
        return new Random(seed);
    }

    /// A filter of primitives. Not of `vlan`: to tcpdump all to the right of it is behind a tag.
    private static String filter(Random random, int depth) {
        return switch (random.nextInt(depth > 3 ? 1 : 5)) {
            case 1 -> "not " + filter(random, depth + 1);
            case 2 -> filter(random, depth + 1) + " and " + filter(random, depth + 1);
            case 3 -> filter(random, depth + 1) + " or " + filter(random, depth + 1);
            case 4 -> "(" + filter(random, depth + 1) + ")";
            default -> PRIMITIVES[random.nextInt(PRIMITIVES.length - 1)];
        };
    }

    private Path write(Collection<byte[]> frames, String name) {
        final Path file = folder.resolve(name);
        final Captures captures = new Captures("lan0", _ -> { });
        captures.opened(0, "alice");
        captures.start(new Request(file, "", null));
        frames.forEach(f -> captures.capture().frame(0, true, MemorySegment.ofArray(f), 0, f.length));
        captures.capture().settle();
        assertEquals(frames.size(), captures.stop(file).frames());
        return file;
    }

    private void assertSame(String filter, Path file, Collection<byte[]> frames) throws IOException, InterruptedException {
        final Path found = folder.resolve("found.pcap");
        final List<String> said = tcpdump.run(folder, 1, List.of("-r", file.toString(), "-w", found.toString(), filter)).errors();
        final boolean none = said.stream().anyMatch(l -> l.contains("expression rejects all packets")); // it can tell, and exits with 1
        final Filter compiled = Filter.of(filter);
        final Head head = new Head();
        final List<String> ours = frames.stream().filter(f -> {
            head.read(MemorySegment.ofArray(f), 0, f.length, -1);
            return compiled.matches(head);
        }).map(HexFormat.of()::formatHex).toList();
        assertEquals(none ? List.of() : frames(found), ours, () -> filter + ": " + said);
        Files.deleteIfExists(found);
    }

    /// The frames in a file of the older format, which tcpdump writes. @spec draft-ietf-opsawg-pcap
    private static List<String> frames(Path file) throws IOException {
        final ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder()).position(24);
        final List<String> all = new ArrayList<>();
        while (in.hasRemaining()) {
            final byte[] frame = new byte[in.getInt(in.position() + 8)];
            in.position(in.position() + 16).get(frame);
            all.add(HexFormat.of().formatHex(frame));
        }
        return all;
    }
}
