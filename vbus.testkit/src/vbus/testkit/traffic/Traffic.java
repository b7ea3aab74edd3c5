// SPDX-License-Identifier: Apache-2.0
package vbus.testkit.traffic;

import static vbus.testkit.traffic.TrafficRecorder.DEVICE;
import static vbus.testkit.traffic.TrafficRecorder.HOSTS;
import static vbus.testkit.traffic.TrafficRecorder.four;
import static vbus.testkit.traffic.TrafficRecorder.six;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import vbus.testkit.Command;
import vbus.testkit.Namespace;

/// What hosts do while they are recorded: every kind of traffic in each round, between hosts and in an order that the seed chooses.
///
/// Threads: one.
public final class Traffic {

    /// The programs that it needs.
    public static final String[] PROGRAMS = {"ping", "iperf3", "socat"};

    static final Duration SHORT = Duration.ofSeconds(10);
    private static final Duration TRANSFER = Duration.ofSeconds(60);
    private static final Pattern LISTENING = Pattern.compile("listening");
    private static final int MOST_ROUNDS = 20;
    private static final String SEGMENT = "setsockopt-int=17:103:"; // SOL_UDP, UDP_SEGMENT: Linux cuts what is written

    private final TrafficRecorder lab;
    private final Random random;
    private final List<BiConsumer<Integer, Integer>> kinds = List.of(
        (a, b) -> ping(a, "-c", "5", four(b)), (a, b) -> ping(a, "-c", "5", "-s", "7000", four(b)),
        (a, b) -> ping(a, "-c", "5", six(b)), (a, b) -> ping(a, "-c", "3", "-s", "5000", six(b)),
        (a, b) -> ping(a, "-c", "3", "-I", DEVICE, "ff02::1"), (a, b) -> ping(a, "-c", "2", "-b", "10.9.0.255"),
        (a, b) -> resolve(a, b),
        (a, b) -> iperf(a, b, four(b), "-n", "6M"), (a, b) -> iperf(a, b, six(b), "-n", "4M"),
        (a, b) -> iperf(a, b, four(b), "-n", "3M", "-R"), (a, b) -> iperf(a, b, four(b), "-n", "100K", "-l", "100", "-N"),
        (a, b) -> iperf(a, b, four(b), "-n", "2M", "-M", Integer.toString(500 + random(900))),
        (a, b) -> iperf(a, b, six(b), "-n", "1M", "-l", Integer.toString(1500 + random(20_000)), "-N"),
        (a, b) -> iperf(a, b, four(b), "-u", "-b", "100M", "-n", "1M", "-l", "1200"),
        (a, b) -> iperf(a, b, six(b), "-u", "-b", "100M", "-n", "500K", "-l", "700"),
        (a, b) -> iperf(a, b, four(b), "-u", "-b", "100M", "-n", "500K", "-l", "4000"),
        (a, b) -> datagrams(a, "UDP4-SENDTO:%s:5009,%s%d".formatted(four(b), SEGMENT, 300 + random(1100))),
        (a, b) -> datagrams(a, "UDP6-SENDTO:[%s]:5009,%s%d".formatted(six(b), SEGMENT, 300 + random(1100))),
        (a, b) -> datagrams(a, "UDP4-DATAGRAM:239.1.1.1:5009"), (a, b) -> datagrams(a, "UDP4-DATAGRAM:10.9.0.255:5009,broadcast"));

    private Traffic(TrafficRecorder lab, Random random) {
        this.lab = lab;
        this.random = random;
    }

    /// Records whole rounds, until there are at least so many frames. Errors: AssertionError when there are not after many rounds.
    public static Recording record(long seed, int atLeast) throws Exception {
        try (TrafficRecorder lab = new TrafficRecorder(seed)) {
            final Traffic traffic = new Traffic(lab, new Random(seed));
            for (int round = 0; lab.count() < atLeast; round++) {
                if (round == MOST_ROUNDS) {
                    throw new AssertionError("only " + lab.count() + " frames after " + round + " rounds");
                }
                traffic.round();
            }
            return lab.end();
        }
    }

    private void round() {
        final List<BiConsumer<Integer, Integer>> order = new ArrayList<>(kinds);
        Collections.shuffle(order, random);
        for (BiConsumer<Integer, Integer> kind : order) {
            final int a = random(HOSTS);
            kind.accept(a, (a + 1 + random(HOSTS - 1)) % HOSTS);
        }
    }

    private int random(int bound) {
        return random.nextInt(bound);
    }

    /// Goes on beside what comes next.
    private void ping(int host, String... words) {
        final List<String> all = new ArrayList<>(List.of("ping", "-i", "0.05", "-w", "5"));
        all.addAll(List.of(words));
        lab.at(host).start(all.toArray(String[]::new));
    }

    /// Has a host ask again who has an address.
    private void resolve(int host, int other) {
        lab.at(host).ip("neigh", "flush", "dev", DEVICE);
        ping(host, "-c", "1", four(other));
    }

    private void iperf(int client, int server, String address, String... words) {
        final Namespace at = lab.at(server);
        final Command listening = at.start("iperf3", "-s", "-1", "--forceflush").awaitSaid(LISTENING, SHORT);
        final List<String> all = new ArrayList<>(List.of("iperf3", "-c", address));
        all.addAll(List.of(words));
        lab.at(client).run(TRANSFER, all.toArray(String[]::new));
        listening.close();
    }

    /// Writes of 8000 bytes each, which is more than a frame holds.
    private void datagrams(int host, String to) {
        try {
            final Path bytes = Files.createTempFile("vbus", ".bytes");
            try {
                final byte[] all = new byte[5 * 8000 + random(8000)];
                random.nextBytes(all);
                Files.write(bytes, all);
                lab.at(host).run(SHORT, "socat", "-u", "-b", "8000", "FILE:" + bytes, to);
            } finally {
                Files.delete(bytes);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
