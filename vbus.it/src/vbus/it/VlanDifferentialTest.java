// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import vbus.it.vm.Vm;
import vbus.testkit.Namespace;
import vbus.testkit.traffic.Heard;
import vbus.testkit.traffic.Recording;
import vbus.testkit.traffic.Traffic;
import vbus.testkit.traffic.TrafficRecorder;

/// Tagged and untagged traffic goes through the VLAN-aware bridge of the kernel in a VM and through the switch, whose ports are in the
/// same VLANs: what comes out is the same.
class VlanDifferentialTest {

    private static final boolean ALL = Boolean.getBoolean("vbus.all");
    private static final int RECORDED = ALL ? 10_000 : 2_000;
    private static final int FRAMES = ALL ? 2_000 : 500;
    private static final int ROUNDS = ALL ? 8 : 3;
    private static final int PORTS = TrafficRecorder.HOSTS;

    @Test
    void shouldKeepVlansApartAsTheBridgeOfLinux() throws Exception {
        final String missing = Vm.missing().or(() -> Namespace.missing(Traffic.PROGRAMS)).orElse(null);
        assumeTrue(missing == null, missing);
        final long seed = Long.getLong("vbus.seed", System.nanoTime());
        System.out.println("VlanDifferentialTest: -Dvbus.seed=" + seed); // why: a seed is printed
        final Random random = new Random(seed);
        final Recording recording = Traffic.record(seed, RECORDED);
        final Container container = Container.empty();
        try (GuestBridge bridge = new GuestBridge(container.root, PORTS, container.root.resolve("vbus.it/generated/vlans.log"))) {
            for (int round = 0; round < ROUNDS; round++) {
                final List<VlanPort> ports = VlanPort.any(PORTS, random);
                compare(container, bridge, round, ports, new VlanTraffic(recording, FRAMES, ports, random), seed);
            }
        } finally {
            container.clear();
        }
    }

    private static void compare(Container container, GuestBridge bridge, int round, List<VlanPort> ports, VlanTraffic traffic, long seed) {
        bridge.configure(ports);
        final List<Heard> expected = traffic.through(bridge, "Linux");
        try (SwitchFabric lan = new SwitchFabric(container, "lan" + round, ports)) {
            final List<Heard> heard = traffic.through(lan, "the switch");
            for (int p = 0; p < PORTS; p++) {
                assertEquals("", heard.get(p).difference(expected.get(p)), "port %d of %s, -Dvbus.seed=%d".formatted(p, ports, seed));
                assertEquals(0, heard.get(p).own(), "a switch sends nothing by itself");
            }
            final int delivered = expected.stream().mapToInt(Heard::count).sum();
            System.out.println("%s: %d frames in, %d out".formatted(ports, traffic.size(), delivered)); // why: what was compared
            assertTrue(delivered > traffic.size() / 10, delivered + " frames out of " + traffic.size() + " with " + ports);
        }
    }
}
