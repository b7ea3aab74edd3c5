// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import vbus.api.VirtioCalls;
import vbus.testkit.Await;
import vbus.testkit.Namespace;
import vbus.testkit.traffic.Heard;
import vbus.testkit.traffic.LinuxBridge;
import vbus.testkit.traffic.RecordedFrame;
import vbus.testkit.traffic.Recording;
import vbus.testkit.traffic.Traffic;
import vbus.testkit.traffic.TrafficRecorder;
import vbus.venet.protocol.VirtioNet;

/// Traffic of real Linux hosts goes through Linux's own bridge and through the switch: what comes out is the same.
///
/// ```
///   hosts 0 and 3 ──▶ port 0      host 1 ──▶ port 1      host 2, without offloads ──▶ port 2      nobody ──▶ port 3, which hears floods
/// ```
/// Linux gets one frame at a time, the switch gets bursts of many senders; so the order is the same for each sender only.
class DifferentialTest {

    private static final int FRAMES = 10_000;
    private static final int[] PORT_OF_HOST = {0, 1, 2, 0};
    private static final int PORTS = 4;
    private static final int MOST_BURST = 40;
    /// As segments they must fit into the buffers that a guest lends.
    private static final int MOST_BURST_BYTES = 400_000;
    private static final int LOCAL_TYPE = 0x88b5;
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final List<String> KINDS = List.of("ARP", "GSO TCPv4", "GSO TCPv6", "GSO UDP", "IPv4 ICMP", "IPv4 TCP", "IPv4 UDP",
        "IPv4 fragment", "IPv6 ICMPv6", "IPv6 TCP", "IPv6 UDP", "IPv6 fragment", "broadcast", "checksum left", "multicast");

    private static final long SENDS = VirtioCalls.F_VERSION_1 | VirtioNet.F_CSUM | VirtioNet.F_HOST_TSO4 | VirtioNet.F_HOST_TSO6
        | VirtioNet.F_HOST_ECN | VirtioNet.F_HOST_USO;
    private static final long TAKES = SENDS | VirtioNet.F_GUEST_CSUM | VirtioNet.F_GUEST_TSO4 | VirtioNet.F_GUEST_TSO6
        | VirtioNet.F_GUEST_ECN | VirtioNet.F_GUEST_USO4 | VirtioNet.F_GUEST_USO6;

    private static final Set<Long> STATIONS = IntStream.range(0, TrafficRecorder.HOSTS).mapToObj(TrafficRecorder::mac)
        .collect(Collectors.toUnmodifiableSet());

    private static long seed;
    private static Recording recording;

    /// What a port is, to the bridge and to the switch.
    private enum Kind {
        /// Takes all offloads, in buffers that hold the longest frame.
        LARGE(true, new OffloadStation.Driver(Abi.VIRTIO, TAKES, 64, OffloadStation.LONGEST)),
        /// Takes all offloads, in buffers as Linux's driver has them.
        MERGING(true, new OffloadStation.Driver(Abi.VIRTIO, TAKES | VirtioNet.F_MRG_RXBUF, 1024, 1536)),
        /// Sends all offloads and takes none.
        PLAIN(false, new OffloadStation.Driver(Abi.VIRTIO, SENDS, 1024, 2048)),
        /// Has no offloads, and not even a header.
        FLAT(false, new OffloadStation.Driver(Abi.VENET, 0, 1024, 2048));

        final boolean offloads;
        final OffloadStation.Driver driver;

        Kind(boolean offloads, OffloadStation.Driver driver) {
            this.offloads = offloads;
            this.driver = driver;
        }
    }

    /// Which kind each port is. Port 2's frames are plain, so it may be of any.
    private enum Ports {
        ALL_LARGE(Kind.LARGE, Kind.LARGE, Kind.LARGE, Kind.LARGE),
        ALL_MERGING(Kind.MERGING, Kind.MERGING, Kind.MERGING, Kind.MERGING),
        ALL_PLAIN(Kind.PLAIN, Kind.PLAIN, Kind.PLAIN, Kind.PLAIN),
        MIXED(Kind.MERGING, Kind.PLAIN, Kind.FLAT, Kind.FLAT),
        MIXED_OTHERWISE(Kind.PLAIN, Kind.LARGE, Kind.FLAT, Kind.MERGING);

        final List<Kind> kinds;

        Ports(Kind... kinds) {
            this.kinds = List.of(kinds);
        }
    }

    @BeforeAll
    static void record() throws Exception {
        final String missing = Namespace.missing(Traffic.PROGRAMS).orElse(null);
        assumeTrue(missing == null, missing);
        seed = Long.getLong("vbus.seed", System.nanoTime());
        recording = Traffic.record(seed, FRAMES);
        System.out.println("DifferentialTest: -Dvbus.seed=" + seed + ", " + recording); // why: a seed is printed, and what was recorded
        assertTrue(recording.frames().size() >= FRAMES, recording::toString);
        assertTrue(recording.kinds().keySet().containsAll(KINDS), () -> "want " + KINDS + " in " + recording);
    }

    @ParameterizedTest
    @EnumSource(Ports.class)
    void shouldForwardAsTheBridgeOfLinux(Ports ports) throws Exception {
        compare(recording, ports);
    }

    /// As neither knows VLANs here, a tag is a part of the frame; but what is to be cut has to be cut behind it.
    @ParameterizedTest
    @EnumSource(Ports.class)
    void shouldForwardTaggedFramesAsTheBridgeOfLinux(Ports ports) throws Exception {
        compare(recording.tagged(new Random(seed)), ports);
    }

    private static void compare(Recording sent, Ports ports) throws Exception {
        final Heard[] bridge = heard("Linux");
        throughBridge(sent.frames(), ports, bridge);
        final Heard[] lan = heard("the switch");
        throughSwitch(sent.frames(), ports, lan);

        for (int p = 0; p < PORTS; p++) {
            assertEquals("", lan[p].difference(bridge[p]), "%s, port %d of %s, -Dvbus.seed=%d".formatted(ports, p, ports.kinds, seed));
            assertTrue(bridge[p].count() > 0, "nothing was heard at port " + p);
            assertEquals(0, lan[p].own(), "a switch sends nothing by itself");
        }
    }

    private static Heard[] heard(String name) {
        return IntStream.range(0, PORTS).mapToObj(p -> new Heard(name, STATIONS)).toArray(Heard[]::new);
    }

    // ---- Linux

    private static void throughBridge(List<Recording.Sent> frames, Ports ports, Heard[] heard) throws Exception {
        try (LinuxBridge bridge = new LinuxBridge(ports.kinds.stream().map(k -> k.offloads).toList())) {
            for (int host = 0; host < TrafficRecorder.HOSTS; host++) {
                bridge.send(PORT_OF_HOST[host], hello(host));
            }
            final boolean[] said = new boolean[PORTS];
            for (Recording.Sent sent : frames) {
                bridge.send(PORT_OF_HOST[sent.host()], sent.bytes());
                IntStream.range(0, PORTS).forEach(p -> bridge.receive(p, f -> add(heard[p], f)));
            }
            bridge.send(PORTS - 1, hello(TrafficRecorder.HOSTS)); // nobody's address, and heard by all others: then all has come
            Await.until("the last frame", SOON, () -> {
                IntStream.range(0, PORTS).forEach(p -> bridge.receive(p, f -> said[p] |= !add(heard[p], f)));
                return said[0] && said[1] && said[2];
            });
        }
    }

    // ---- the switch

    private static void throughSwitch(List<Recording.Sent> frames, Ports ports, Heard[] heard) {
        final FakeLane lane = new FakeLane();
        final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);
        final IntFunction<OffloadStation> maker = p -> new OffloadStation(ports.kinds.get(p).driver, "guest" + p, lan, lane);
        final OffloadStation[] stations = IntStream.range(0, PORTS).mapToObj(maker).toArray(OffloadStation[]::new);
        for (int host = 0; host < TrafficRecorder.HOSTS; host++) {
            stations[PORT_OF_HOST[host]].send(hello(host));
        }
        lane.run();
        final Random random = new Random(seed);
        for (int at = 0; at < frames.size(); ) {
            int bytes = 0;
            for (int n = 1 + random.nextInt(MOST_BURST); n > 0 && at < frames.size() && bytes < MOST_BURST_BYTES; n--) {
                final Recording.Sent sent = frames.get(at++);
                bytes += sent.bytes().length;
                stations[PORT_OF_HOST[sent.host()]].send(sent.bytes());
            }
            lane.run();
            for (int p = 0; p < PORTS; p++) {
                final Heard here = heard[p];
                stations[p].receive(f -> add(here, f));
            }
        }
        Arrays.stream(stations).forEach(s -> assertNull(s.failure()));
    }

    /// False for a frame of the test's own.
    private static boolean add(Heard heard, byte[] frame) {
        if (new RecordedFrame(frame).type() == LOCAL_TYPE) {
            return false;
        }
        heard.add(frame);
        return true;
    }

    /// A broadcast by which everybody learns where a station is.
    private static byte[] hello(int host) {
        final byte[] frame = new byte[VirtioNet.HEADER_BYTES + 60];
        final byte[] bytes = Frames.frame(Frames.BROADCAST, TrafficRecorder.mac(host), "hello", 60);
        System.arraycopy(bytes, 0, frame, VirtioNet.HEADER_BYTES, bytes.length);
        return frame;
    }
}
