// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import vbus.api.driver.DeviceProxy;
import vbus.api.view.Event.Kind;
import vbus.api.view.Inventory.SessionView;
import vbus.it.vm.Vm;
import vbus.testkit.Command;
import vbus.testkit.Namespace;
import vbus.venet.protocol.VirtualEthernet;

/// Two real Linux VMs and a Java guest on one switch.
class VmTest {

    private static final Duration BOOT = Duration.ofMinutes(4);
    private static final Duration COMMAND = Duration.ofSeconds(60);
    private static final Duration TRANSFER = Duration.ofMinutes(3);
    private static final Duration LARGEST_GAP = Duration.ofSeconds(3);
    /// The short form is for whoever waits at a terminal.
    private static final int MEBIBYTES = Boolean.getBoolean("vbus.all") ? 64 : 8;
    private static final Pattern ANSWERED = Pattern.compile(" seq=(\\d+) .*time=");
    private static final Pattern SENT = Pattern.compile("(\\d+) packets transmitted");
    private static final Pattern REPLY = Pattern.compile("(?m)^([0-9.]+) .* time=");

    private static Container container;
    private static Path sockets;
    private static Vm vm1;
    private static Vm vm2;

    @BeforeAll
    static void boot() throws IOException {
        String missing = Vm.missing().orElse(null);
        assumeTrue(missing == null, missing);
        container = Container.empty();
        sockets = Files.createTempDirectory("vbus");
        container.drop("vbus.venet");
        container.configure("vbus.bus~lab");
        container.configure("vbus.venet.switch~lan0");
        container.configure("vbus.link~lan0", "bus=lab", "device=lan0");
        container.configure("vbus.vhost.socket~vm1", "bus=lab", "device=lan0", "path=" + sockets.resolve("vm1.sock"));
        container.configure("vbus.vhost.socket~vm2", "bus=lab", "device=lan0", "path=" + sockets.resolve("vm2.sock"));
        container.configure("vbus.local.guest~alice", "bus=lab");
        container.configure("vbus.example.host~alice", "guest=alice", "address=10.77.0.101/24");
        container.await("sockets", () -> Files.exists(sockets.resolve("vm1.sock")) && Files.exists(sockets.resolve("vm2.sock")));
        Path logs = container.root.resolve("vbus.it/generated");
        vm1 = Vm.boot(container.root, sockets.resolve("vm1.sock"), "52:54:00:77:00:01", "10.77.0.1/24", logs.resolve("vm1.log"));
        vm2 = Vm.boot(container.root, sockets.resolve("vm2.sock"), "52:54:00:77:00:02", "10.77.0.2/24", logs.resolve("vm2.log"));
        vm1.awaitReady(BOOT);
        vm2.awaitReady(BOOT);
        container.await("negotiated sessions", () -> session("vm1") != null && session("vm2") != null);
    }

    @AfterAll
    static void powerOff() {
        for (Vm vm : new Vm[] {vm1, vm2}) {
            if (vm != null) {
                vm.close();
            }
        }
        if (container != null) {
            container.clear();
        }
    }

    /// The session of a VM whose rings QEMU has set up; null while it has not.
    private static SessionView session(String guest) {
        return container.inventory().guests().stream().filter(g -> g.name().equals(guest)).flatMap(g -> g.sessions().stream())
            .filter(s -> s.type().equals("virtio-net") && s.state().equals("open") && s.counters().containsKey("ring1.notified"))
            .findFirst().orElse(null);
    }

    @Test
    void shouldPingFromVmToVm() {
        String pings = vm1.run("ping -c 10 -i 0.2 10.77.0.2", COMMAND);

        assertTrue(pings.contains(" 0% packet loss"), pings);
        assertTrue(session("vm1").counters().get("ring0.notified") > 0, "the switch interrupts the VM: " + session("vm1"));
    }

    @Test
    void shouldCarryMebibytesOfTcpUnchanged() {
        vm2.run("nc -l -p 5001 -e sh -c 'tee /tmp/in | sha256sum' > /dev/null 2>&1 &", COMMAND);
        String sent = vm1.run("dd if=/dev/urandom bs=1M count=" + MEBIBYTES + " 2> /dev/null | tee /tmp/out | sha256sum", COMMAND);

        String received = vm1.run("nc 10.77.0.2 5001 < /tmp/out; rm /tmp/out", TRANSFER); // the other end answers with its sum
        String bytes = vm2.run("wc -c < /tmp/in; rm /tmp/in", COMMAND);

        assertEquals(String.valueOf(MEBIBYTES << 20), bytes);
        assertEquals(sent, received);
    }

    @Test
    void shouldShareTheSwitchWithALinuxHost() {
        String missing = Namespace.missing("ping", "socat").orElse(null);
        assumeTrue(missing == null, missing);
        container.configure("vbus.venet.tap~host", "interface=vbit-vmhost", "up=false", "switch=lan0");
        container.await("interface vbit-vmhost", () -> Files.exists(Path.of("/sys/class/net/vbit-vmhost")));
        try (Namespace host = Namespace.create("vmhost")) {
            host.adopt("vbit-vmhost").up("vbit-vmhost", "10.77.0.3/24");
            assertTrue(host.run(COMMAND, "ping", "-c", "10", "-i", "0.2", "10.77.0.1").contains(" 0% packet loss"));
            assertTrue(vm2.run("ping -c 10 -i 0.2 10.77.0.3", COMMAND).contains(" 0% packet loss"));
            String sent = vm1.run("dd if=/dev/urandom bs=1M count=" + MEBIBYTES + " 2> /dev/null | tee /tmp/out | sha256sum", COMMAND);
            Command sink = host.start("sh", "-c", "socat -u TCP-LISTEN:5002,reuseaddr STDOUT | sha256sum");
            vm1.run("until nc 10.77.0.3 5002 < /tmp/out; do usleep 100000; done; rm /tmp/out", TRANSFER);

            assertEquals(0, sink.await(TRANSFER), sink::said);
            assertEquals(sent.split(" ")[0], sink.said().split(" ")[0], "the sum of what was received");
        } finally {
            container.unconfigure("vbus.venet.tap~host");
        }
    }

    @Test
    void shouldCarryVlansBetweenVms() {
        vlan(vm1, 1);
        vlan(vm2, 2);

        String pings = vm1.run("ping -c 10 -i 0.2 10.78.5.2", COMMAND);

        assertTrue(pings.contains(" 0% packet loss"), pings);
        vm2.run("ip link delete vlan5", COMMAND);
        assertTrue(vm1.run("ping -c 2 -W 1 10.78.5.2 || true", COMMAND).contains(" 100% packet loss"), "nobody else answers");
        vm1.run("ip link delete vlan5", COMMAND);
    }

    private static void vlan(Vm vm, int number) {
        vm.run("ip link add link eth0 name vlan5 type vlan id 5 && ip addr add 10.78.5." + number + "/24 dev vlan5 && ip link set vlan5 up",
            COMMAND);
    }

    @Test
    void shouldBeAnsweredByAJavaGuest() {
        vm1.run("ip neigh flush all", COMMAND);

        String pings = vm1.run("ping -c 10 -i 0.2 10.77.0.101", COMMAND);

        assertTrue(pings.contains(" 0% packet loss"), pings);
        String mac = vm1.run("ip neigh show 10.77.0.101", COMMAND);
        assertTrue(mac.contains("lladdr 02:76:62:"), "ARP was answered by alice's port: " + mac);
    }

    @Test
    void shouldLoseNoPingWhileAnotherBundleComesAndGoes() {
        startPing();
        for (int i = 0; i < 20; i++) {
            long added = container.journal().count(Kind.DEVADD);
            long dropped = container.journal().count(Kind.DEVDROP);
            container.drop("vbus.example.echo");
            container.configure("vbus.example.echo~echo0");
            container.configure("vbus.link~echo0", "bus=lab", "device=echo0", "graceMillis=100");
            container.await("DEVADD", () -> container.journal().count(Kind.DEVADD) == added + 1);
            container.unconfigure("vbus.link~echo0");
            container.unconfigure("vbus.example.echo~echo0");
            container.remove("vbus.example.echo.jar");
            container.await("DEVDROP", () -> container.journal().count(Kind.DEVDROP) == dropped + 1);
            container.await("a bus without echo", () -> container.count("vbus.api.DeviceClass", "(vbus.type=echo)") == 0);
        }

        assertNoneMissing(stopPing());
    }

    @Test
    void shouldPauseAtMostThreeSecondsWhenTheSwitchIsUpdated() {
        startPing();
        for (int revision = 301; revision <= 310; revision++) {
            update(revision);
        }

        String report = stopPing();

        Duration gap = largestGap(report);
        assertTrue(gap.compareTo(LARGEST_GAP) <= 0, "largest gap between replies " + gap + "\n" + report);
        assertTrue(vm1.alive() && vm2.alive(), "the VMs are untouched");
    }

    /// Drops another revision of the switch, and waits until the Java guest is told of it on the session that it has.
    private static void update(int revision) {
        byte[] text = ("revision=" + revision + "\n").getBytes(StandardCharsets.UTF_8);
        container.drop(TestJar.changed(container.jar("vbus.venet"), "vbus/venet/revision.properties", _ -> text, revision),
            "vbus.venet.jar");
        DeviceProxy device = container.awaitService(DeviceProxy.class, "(&(vbus.guest=alice)(vbus.type=virtual-ethernet))");
        container.await("revision " + revision, () -> device.call(VirtualEthernet.REVISION, MemorySegment.NULL) == revision);
    }

    /// Each line of the report begins with the guest's clock in seconds.
    private static void startPing() {
        vm1.run("(ping -i 0.2 10.77.0.2 & echo $! > /tmp/ping.pid; wait) 2>&1 | while read line; do read up idle < /proc/uptime; "
            + "echo \"$up $line\"; done > /tmp/ping & usleep 100000", COMMAND);
        vm1.run("while ! grep -q time= /tmp/ping; do usleep 50000; done", COMMAND);
    }

    private static String stopPing() {
        vm1.run("usleep 1000000; kill -INT $(cat /tmp/ping.pid); while ! grep -q 'packet loss' /tmp/ping; do usleep 50000; done",
            COMMAND);
        return vm1.run("cat /tmp/ping", COMMAND);
    }

    /// Each ping was answered in turn; only the last may have been on its way when the pinging was stopped.
    private static void assertNoneMissing(String report) {
        List<Integer> answered = ANSWERED.matcher(report).results().map(m -> Integer.valueOf(m.group(1))).toList();
        Matcher sent = SENT.matcher(report);
        assertTrue(sent.find(), report);

        assertEquals(IntStream.range(0, answered.size()).boxed().toList(), answered, report);
        assertTrue(answered.size() >= Integer.parseInt(sent.group(1)) - 1, report);
    }

    /// The longest time between two replies.
    private static Duration largestGap(String report) {
        double[] seconds = REPLY.matcher(report).results().mapToDouble(m -> Double.parseDouble(m.group(1))).toArray();
        assertTrue(seconds.length > 10, "too few replies\n" + report);
        double largest = 0;
        for (int i = 1; i < seconds.length; i++) {
            largest = Math.max(largest, seconds[i] - seconds[i - 1]);
        }
        return Duration.ofMillis(Math.round(largest * 1000));
    }
}
