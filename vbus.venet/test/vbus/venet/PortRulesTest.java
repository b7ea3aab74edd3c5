// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.venet.Frames.BROADCAST;
import static vbus.venet.Frames.frame;
import static vbus.venet.Frames.tagged;
import static vbus.venet.Rules.trunk;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Isolation, links taken down, configured stations, and rules that change while frames flow.
class PortRulesTest {

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(8, 300, () -> 0);
    private final Rules rules = new Rules(lan);
    private final Station a = new Station(Abi.VENET, 1, lane).plug(lan);
    private final Station b = new Station(Abi.VIRTIO, 2, lane).plug(lan);
    private final Station c = new Station(Abi.VENET, 3, lane).plug(lan);

    @Test
    void shouldKeepIsolatedPortsApartAndLetOthersReachThem() {
        rules.set(1, r -> r.isolated()).set(2, r -> r.isolated());

        a.send(frame(BROADCAST, a.mac, "from a"));
        b.send(frame(BROADCAST, b.mac, "from b"));
        lane.run();
        c.send(frame(a.mac, c.mac, "to a"), frame(b.mac, c.mac, "to b"));
        a.send(frame(b.mac, a.mac, "across"));
        lane.run();

        assertEquals(List.of("to a"), a.heard());
        assertEquals(List.of("to b"), b.heard());
        assertEquals(List.of("from a", "from b"), c.heard());
        assertEquals(1, a.counter(lan, "isolated"));
    }

    @Test
    void shouldSayThatAFloodReachedOnlyIsolatedPorts() {
        c.port.close();
        rules.set(1, r -> r.isolated()).set(2, r -> r.isolated());

        a.send(frame(BROADCAST, a.mac, "from a"));
        lane.run();

        assertEquals(1, a.counter(lan, "isolated"));
        assertEquals(0, a.counter(lan, "filtered"));
    }

    @Test
    void shouldCarryNothingOverALinkThatWasTakenDown() {
        b.send(frame(BROADCAST, b.mac, "here I am"));
        lane.run();
        a.received();
        rules.set(2, r -> r.down());

        a.send(frame(b.mac, a.mac, "to b"));
        b.send(frame(BROADCAST, b.mac, "from b"));
        lane.run();

        assertEquals(List.of(), a.heard());
        assertEquals(List.of(), b.heard());
        assertEquals(1, b.counter(lan, "linkDown"));
        assertEquals(1, b.counter(lan, "sentWhileDown"));
        assertFalse(lan.ports().get(1).up());
        rules.remove(2);
        a.send(frame(b.mac, a.mac, "to b again"));
        lane.run();
        assertEquals(List.of("to b again"), b.heard());
        assertTrue(lan.ports().get(1).up());
    }

    @Test
    void shouldNeitherEvictNorMoveAConfiguredStation() {
        rules.set(2, r -> r.station(0, Frames.mac(50)).station(0, Frames.mac(51)));

        for (int i = 0; i < 2_000; i++) {
            c.send(frame(Frames.mac(1000), Frames.mac(1000 + i), "flood"));
            lane.run();
            c.reclaimed();
            a.received();
            b.received();
        }
        c.send(frame(BROADCAST, Frames.mac(50), "I am fifty"));
        lane.run();
        a.received();
        b.received();
        a.send(frame(Frames.mac(50), a.mac, "to fifty"), frame(Frames.mac(51), a.mac, "to fifty-one"));
        lane.run();

        assertEquals(List.of("to fifty", "to fifty-one"), b.heard());
        assertEquals(List.of(), c.heard());
        assertEquals(8, lan.forwarding().addresses());
        assertEquals(2, lan.addresses().stream().filter(StationView::fixed).count());
    }

    @Test
    void shouldForgetAConfiguredStationWithItsSetting() {
        rules.set(2, r -> r.station(0, Frames.mac(50)));
        a.send(frame(Frames.mac(50), a.mac, "to b"));
        lane.run();
        rules.remove(2);
        a.send(frame(Frames.mac(50), a.mac, "to all"));
        lane.run();

        assertEquals(List.of("to b", "to all"), b.heard());
        assertEquals(List.of("to all"), c.heard());
    }

    @Test
    void shouldMakeRoomForAConfiguredStationInAFullTable() {
        for (int i = 0; i < 8; i++) {
            c.send(frame(BROADCAST, Frames.mac(100 + i), "fill"));
        }
        lane.run();
        a.received();
        b.received();
        rules.set(2, r -> r.station(0, Frames.mac(50)));

        a.send(frame(Frames.mac(50), Frames.mac(100), "to fifty"));
        lane.run();

        assertEquals(List.of("to fifty"), b.heard());
        assertEquals(List.of(), c.heard());
        assertEquals(8, lan.forwarding().addresses());
    }

    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x02, 0x0e, 0x0f})
    void shouldNotForwardWhatIsForTheBridge(int last) {
        a.send(frame(0x0180_c200_0000L + last, a.mac, "reserved"), frame(0x0180_c200_0000L, a.mac, "tree"),
            frame(0x0180_c200_0010L, a.mac, "other"));
        lane.run();

        assertEquals(List.of("tree", "other"), b.heard());
        assertEquals(1, a.counter(lan, "reserved"));
    }

    /// Rules change between bursts, back and forth; each burst goes by one of them, whole.
    @Test
    void shouldLoseNothingWhenRulesChangeUnderTraffic() {
        final List<String> sent = new ArrayList<>();
        final List<String> heard = new ArrayList<>();
        b.send(frame(BROADCAST, b.mac, "here I am"));
        lane.run();
        a.received();
        for (int round = 0; round < 200; round++) {
            final VlanRules vlan = round % 3 == 0 ? VlanRules.TRANSPARENT : VlanRules.access(1 + round % 3);
            a.send(IntStream.range(0, 5).mapToObj(i -> frame(b.mac, a.mac, "frame " + i)).toArray(byte[][]::new));
            rules.set(1, vlan).set(2, vlan).set(3, r -> r.vlan(trunk(0, 4)));
            for (int i = 0; i < 5; i++) {
                sent.add("frame " + i);
            }
            lane.run();
            a.reclaimed();
            heard.addAll(b.heard());
        }

        assertEquals(sent, heard);
        assertEquals(List.of(), c.heard().stream().skip(1).toList()); // the first of b
        assertEquals(0, a.counter(lan, "vlanNotAllowed"));
    }

    /// Both ports are of one kind at any moment, so every frame arrives, whenever a thread changes them.
    @Test
    void shouldTakeOverAllRulesAtOnceWhileAnotherThreadChangesThem() throws InterruptedException {
        c.port.close();
        final AtomicInteger changes = new AtomicInteger();
        final Thread user = Thread.ofPlatform().start(() -> {
            for (int i = 0; !Thread.interrupted(); i++) {
                final PortRules next = PortRules.of(i % 2 == 0 ? VlanRules.access(10) : VlanRules.TRANSPARENT);
                lan.configure(List.of(new PortSetting("a", "lan0", "guest1", null, null, next),
                    new PortSetting("b", "lan0", "guest2", null, null, next)));
                changes.incrementAndGet();
            }
        });
        int heard = 0;
        try {
            for (int sent = 0; sent < 20_000 || changes.get() < 100; sent++) {
                a.send(frame(b.mac, a.mac, "frame"));
                lane.run();
                a.reclaimed();
                heard += b.received().size() - 1;
            }
        } finally {
            user.interrupt();
            user.join();
        }

        assertEquals(0, heard, "frames that were lost");
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 0", "2, 2", "3, 3", "4, 4", "5, 5", "6, 6", "7, 7"})
    void shouldMapPrioritiesToClassesAsTheStandardDoes(int priority, int trafficClass) {
        assertEquals(trafficClass, VlanRules.trafficClass(priority << 13 | 0x1000 | 10));
        assertEquals(trafficClass, VlanRules.trafficClass(VlanRules.access(10).ingress(FrameBurst.UNTAGGED, priority)));
        assertEquals(trafficClass, VlanRules.trafficClass(VlanRules.TRANSPARENT.ingress(priority << 13 | 10, 0)));
    }

    @Test
    void shouldGiveUntaggedFramesThePortsPriority() {
        rules.set(1, r -> r.vlan(VlanRules.access(10)).priority(5)).set(2, trunk(0, 10)).set(3, trunk(0, 10));

        a.send(frame(BROADCAST, a.mac, "mine"), tagged(BROADCAST, a.mac, "my own", 0x2000));
        lane.run();

        assertEquals(List.of("a00a mine", "200a my own"), b.heardTagged());
    }

    @Test
    void shouldKeepVlansAndStationsOverAnUpdateOfTheCode() {
        rules.set(1, VlanRules.access(10)).set(2, trunk(0, 10, 20)).set(3, VlanRules.access(10));
        b.send(tagged(BROADCAST, b.mac, "here I am", 10));
        lane.run();
        List.of(a, b, c).forEach(Station::park);
        final LearningSwitch young = new LearningSwitch(8, 300, () -> 0);
        new Rules(young).set(1, VlanRules.access(10)).set(2, trunk(0, 10, 20)).set(3, VlanRules.access(10));
        List.of(a, b, c).forEach(s -> s.resume(young));
        a.received();
        c.received();

        a.send(frame(b.mac, a.mac, "to b"));
        lane.run();

        assertEquals(List.of("000a to b"), b.heardTagged());
        assertEquals(List.of(), c.heardTagged());
    }
}
