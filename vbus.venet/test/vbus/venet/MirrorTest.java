// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static vbus.venet.Frames.BROADCAST;
import static vbus.venet.Frames.frame;
import static vbus.venet.Frames.tagged;
import static vbus.venet.Rules.trunk;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Copies of frames for a third port.
class MirrorTest {

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(64, 300, () -> 0);
    private final Rules rules = new Rules(lan);
    private final Station a = new Station(Abi.VENET, 1, lane).plug(lan);
    private final Station b = new Station(Abi.VIRTIO, 2, lane).plug(lan);
    private final Station c = new Station(Abi.VENET, 3, lane).plug(lan);
    private final Station probe = new Station(Abi.VENET, 9, lane).plug(lan);

    private void talk() {
        a.send(frame(BROADCAST, a.mac, "a to all"));
        lane.run();
        b.send(frame(a.mac, b.mac, "b to a"));
        lane.run();
        c.send(frame(b.mac, c.mac, "c to b"));
        lane.run();
    }

    @ParameterizedTest
    @CsvSource({"in, a to all", "out, b to a", "both, a to all|b to a"})
    void shouldCopyADirectionOfAPort(String what, String copies) {
        rules.set(1, r -> r.mirror(what, 9));

        talk();

        assertEquals(List.of(copies.split("\\|")), probe.heard());
        assertEquals(List.of("b to a"), a.heard());
        assertEquals(List.of("a to all", "c to b"), b.heard());
        assertEquals(List.of("a to all"), c.heard());
    }

    @Test
    void shouldCopyEachFrameOfTheWholeSwitchOnce() {
        final LearningSwitch all = new LearningSwitch(new SwitchSettings(64, 300, 1500, SwitchSettings.unconfigured("transparent"),
            StormLimits.NONE, MirrorRule.of("both", "guest9")), () -> 0, () -> 0);
        final List<Station> stations = List.of(new Station(Abi.VENET, 1, lane).plug(all), new Station(Abi.VIRTIO, 2, lane).plug(all),
            new Station(Abi.VENET, 3, lane).plug(all));
        final Station copies = new Station(Abi.VIRTIO, 9, lane).plug(all);
        new Rules(all).set(1, r -> r.mirror("both", 9)); // and once more

        stations.forEach(s -> s.send(frame(BROADCAST, s.mac, "from " + s.session.guest())));
        lane.run();

        assertEquals(List.of("from guest1", "from guest2", "from guest3"), copies.heard());
    }

    @Test
    void shouldKeepAMirrorPortToItself() {
        rules.set(1, r -> r.mirror("in", 9));
        probe.send(frame(BROADCAST, probe.mac, "I take part"));
        c.send(frame(BROADCAST, c.mac, "to all"));
        lane.run();

        assertEquals(List.of(), probe.heard());
        assertEquals(List.of("to all"), a.heard());
        assertEquals(1, probe.counter(lan, "mirrorPort"));
    }

    @Test
    void shouldCopyWhatIsSentThoughARuleDropsIt() {
        rules.set(1, r -> r.vlan(VlanRules.access(10)).mirror("in", 9)).set(2, VlanRules.access(10));

        a.send(tagged(BROADCAST, a.mac, "not mine", 20), frame(BROADCAST, a.mac, "mine"));
        lane.run();

        assertEquals(List.of("0014 not mine", "mine"), probe.heardTagged());
        assertEquals(List.of("mine"), b.heardTagged());
    }

    @Test
    void shouldNotCopyWhatIsNotDelivered() {
        rules.set(2, r -> r.mtu(100).mirror("out", 9));

        a.send(frame(BROADCAST, a.mac, "long", 200), frame(BROADCAST, a.mac, "short"));
        lane.run();

        assertEquals(List.of("short"), probe.heard());
    }

    @Test
    void shouldCopyAFrameAsItIsDelivered() {
        rules.set(1, VlanRules.access(10)).set(2, r -> r.vlan(trunk(0, 10)).mirror("out", 9)).set(3, VlanRules.access(10));

        a.send(frame(BROADCAST, a.mac, "hello"));
        lane.run();

        assertEquals(List.of("000a hello"), probe.heardTagged());
        assertEquals(List.of("hello"), c.heardTagged());
    }

    @Test
    void shouldTakePartAgainWhenItIsNoMirrorAnyMore() {
        probe.send(frame(BROADCAST, probe.mac, "here I am"));
        lane.run();
        c.received();
        rules.set(1, r -> r.mirror("in", 9));
        c.send(frame(probe.mac, c.mac, "to the probe"));
        lane.run();
        assertEquals(List.of(), probe.heard());

        rules.remove(1);
        c.send(frame(probe.mac, c.mac, "to the probe again"));
        lane.run();

        assertEquals(List.of("to the probe again"), probe.heard());
    }

    @Test
    void shouldDelayNobodyWhenTheMirrorHasNoBuffers() {
        final Station full = new Station(Abi.VENET, 8, lane).plug(lan, 1);
        rules.set(1, r -> r.mirror("in", 8));

        a.send(frame(BROADCAST, a.mac, "one"), frame(BROADCAST, a.mac, "two"));
        lane.run();

        assertEquals(List.of("one", "two"), b.heard());
        assertEquals(List.of("one"), full.heard());
        assertEquals(1, full.counter(lan, "noBuffer"));
        assertEquals(0, a.counter(lan, "noBuffer"));
    }
}
