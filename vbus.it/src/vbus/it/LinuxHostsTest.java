// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.api.view.Event.Kind;
import vbus.testkit.Command;
import vbus.testkit.Namespace;
import vbus.venet.api.NetworkPort;

/// Linux hosts, each a network namespace, on the switch by TAPs and by a guest's bridge.
///
/// The container makes each TAP in its own network; then the host takes it over, and the container still has its other end.
class LinuxHostsTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Pattern LISTENS = Pattern.compile("Server listening");

    private final Deque<Namespace> hosts = new ArrayDeque<>();
    private Container container;

    @BeforeEach
    void begin() {
        String missing = Namespace.missing("ping", "iperf3").orElse(null);
        assumeTrue(missing == null, missing);
        container = Container.empty();
        container.drop("vbus.venet");
        container.configure("vbus.bus~lab");
        container.configure("vbus.venet.switch~lan0");
        container.configure("vbus.link~lan0", "bus=lab", "device=lan0");
    }

    @AfterEach
    void end() {
        if (container != null) {
            container.clear();
        }
        hosts.forEach(Namespace::close);
    }

    /// A host whose interface is at the other end of what a configuration made.
    private Namespace host(String device, String... addresses) {
        container.await("interface " + device, () -> Files.exists(Path.of("/sys/class/net", device)));
        final Namespace host = Namespace.create(device);
        hosts.push(host);
        return host.adopt(device).up(device, addresses);
    }

    private Namespace uplink(String device, String... addresses) {
        container.configure("vbus.venet.tap~" + device, "interface=" + device, "up=false", "switch=lan0");
        return host(device, addresses);
    }

    @Test
    void shouldJoinTwoHostsByUplinksOfASwitch() {
        Namespace left = uplink("vbit-left", "10.78.0.1/24", "fd00:78::1/64");
        Namespace right = uplink("vbit-right", "10.78.0.2/24", "fd00:78::2/64");

        pings(left, "10.78.0.2");
        pings(left, "fd00:78::2");
        talks(left, right, "10.78.0.2");
    }

    @Test
    void shouldGiveAHostToAGuestByATapAlone() {
        container.configure("vbus.venet.tap~tap0", "interface=vbit-alone", "up=false");
        container.configure("vbus.link~tap0", "bus=lab", "device=tap0");
        container.configure("vbus.local.guest~alice", "bus=lab");
        container.configure("vbus.example.host~alice", "guest=alice", "address=10.78.0.101/24");

        pings(host("vbit-alone", "10.78.0.1/24"), "10.78.0.101");
    }

    @Test
    void shouldRefuseToLinkAnUplink() {
        long since = container.now();
        uplink("vbit-link");

        container.configure("vbus.link~astray", "bus=lab", "device=vbit-link");

        assertTrue(container.awaitEvent(since, Kind.REFUSED, "an uplink of the switch lan0").message()
            .contains("vbit-link"));
    }

    @Test
    void shouldGiveAGuestsDeviceToLinuxByABridge() {
        container.configure("vbus.local.guest~alice", "bus=lab");
        container.configure("vbus.venet.bridge~alice", "port=alice/lan0", "interface=vbit-alice", "up=false");
        container.awaitService(NetworkPort.class, "(vbus.guest=alice)");
        Namespace alice = host("vbit-alice", "10.78.0.3/24");
        Namespace other = uplink("vbit-other", "10.78.0.1/24");

        pings(other, "10.78.0.3");
        String shown = alice.run(SOON, "ip", "link", "show", "dev", "vbit-alice");
        assertTrue(shown.contains("link/ether 02:76:62:"), "it has the port's address: " + shown);
        talks(other, alice, "10.78.0.3");
    }

    @Test
    void shouldSayThatAnInterfaceIsBusy() {
        long since = container.now();
        container.configure("vbus.venet.tap~first", "interface=vbit-busy", "up=false");
        container.await("interface vbit-busy", () -> Files.exists(Path.of("/sys/class/net/vbit-busy")));

        container.configure("vbus.venet.tap~second", "interface=vbit-busy", "up=false");

        assertEquals("vbus.venet.tap~second", container.awaitEvent(since, Kind.REFUSED, "TAP vbit-busy is busy").subject());
    }

    private static void pings(Namespace from, String address) {
        String said = from.run(SOON, "ping", "-c", "5", "-i", "0.2", "-W", "5", address);

        assertTrue(said.contains(" 0% packet loss"), said);
    }

    /// TCP and UDP, one after the other.
    private static void talks(Namespace from, Namespace to, String address) {
        Command server = to.start("iperf3", "-s", "-1", "--forceflush").awaitSaid(LISTENS, SOON);
        String tcp = from.run(SOON, "iperf3", "-c", address, "-n", "16M");
        assertEquals(0, server.await(SOON));
        assertTrue(tcp.contains("receiver"), tcp);

        server = to.start("iperf3", "-s", "-1", "--forceflush").awaitSaid(LISTENS, SOON);
        String udp = from.run(SOON, "iperf3", "-c", address, "-u", "-b", "5M", "-l", "1400", "-t", "2");
        assertEquals(0, server.await(SOON));
        Matcher lost = Pattern.compile("(\\d+)/(\\d+) \\(.*receiver").matcher(udp);
        assertTrue(lost.find() && Long.parseLong(lost.group(2)) > 300, udp);
        assertTrue(Long.parseLong(lost.group(1)) * 2 < Long.parseLong(lost.group(2)), "less than half is lost: " + udp);
    }
}
