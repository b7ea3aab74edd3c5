// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static vbus.venet.Frames.BROADCAST;
import static vbus.venet.Frames.frame;
import static vbus.venet.Frames.tagged;
import static vbus.venet.Rules.trunk;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import vbus.shm.Direction;

/// Who hears a frame, and with which tag.
class VlanTest {

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(64, 300, () -> 0);
    private final Rules rules = new Rules(lan);

    private Station station(Abi abi, int number) {
        return new Station(abi, number, lane).plug(lan);
    }

    /// `transparent`, `access10`, `trunk10+20` for listed VLANs, `native10+20` for native 10 with 20 listed.
    private static VlanRules mode(String text) {
        final String[] vlans = text.replaceAll("[a-z]", "").split("\\+");
        return switch (text.replaceAll("[0-9+]", "")) {
            case "transparent" -> VlanRules.TRANSPARENT;
            case "access" -> VlanRules.access(Integer.parseInt(vlans[0]));
            case "trunk" -> trunk(0, Arrays.stream(vlans).map(Integer::valueOf).toArray(Integer[]::new));
            case "native" -> trunk(Integer.parseInt(vlans[0]), Integer.valueOf(vlans[1]));
            default -> throw new IllegalArgumentException(text);
        };
    }

    /// Sent with a tag (hexadecimal, `-` for none) between two kinds of port: the tag that arrives, `none` when nothing does, and
    /// the counter that says so.
    @ParameterizedTest
    @CsvSource({
        "transparent, -,    transparent, -,    ''",
        "transparent, 600a, transparent, 600a, ''",
        "transparent, -,    access10,    none, filtered",
        "transparent, 000a, access10,    none, filtered",
        "transparent, 000a, trunk10+20,  none, filtered",
        "access10,    -,    transparent, none, filtered",
        "access10,    -,    access10,    -,    ''",
        "access10,    -,    access20,    none, filtered",
        "access10,    000a, access10,    -,    ''",
        "access10,    e000, access10,    -,    ''",
        "access10,    0014, access10,    none, vlanNotAllowed",
        "access10,    0fff, access10,    none, vlanNotAllowed",
        "access10,    -,    trunk10+20,  000a, ''",
        "access10,    a000, trunk10+20,  a00a, ''",
        "access10,    b00a, trunk10+20,  b00a, ''",
        "access10,    -,    native10+20, -,    ''",
        "access10,    a000, native10+20, -,    ''",
        "access30,    -,    trunk10+20,  none, filtered",
        "trunk10+20,  -,    access10,    none, vlanNotAllowed",
        "trunk10+20,  6000, access10,    none, vlanNotAllowed",
        "trunk10+20,  000a, access10,    -,    ''",
        "trunk10+20,  0014, access10,    none, filtered",
        "trunk10+20,  001e, access10,    none, vlanNotAllowed",
        "trunk10+20,  f014, trunk10+20,  f014, ''",
        "trunk10+20,  400a, native10+20, -,    ''",
        "native10+20, -,    trunk10+20,  000a, ''",
        "native10+20, 4000, trunk10+20,  400a, ''",
        "native10+20, 400a, trunk10+20,  400a, ''",
        "native10+20, -,    native10+20, -,    ''",
        "native10+20, 0014, native10+20, 0014, ''",
        "native10+20, -,    access20,    none, filtered",
        "native10+20, -,    transparent, none, filtered"})
    void shouldTagAsABridgeDoes(String from, String tag, String to, String arrives, String counter) {
        for (Abi abi : Abi.values()) {
            final Station a = station(abi, 1);
            final Station b = station(Abi.VENET, 2);
            rules.set(1, mode(from)).set(2, mode(to));

            a.send(tag.equals("-") ? frame(BROADCAST, a.mac, "hello") : tagged(BROADCAST, a.mac, "hello", Integer.parseInt(tag, 16)));
            lane.run();

            final List<String> want = switch (arrives) {
                case "none" -> List.of();
                case "-" -> List.of("hello");
                default -> List.of(arrives + " hello");
            };
            assertEquals(want, b.heardTagged());
            if (!counter.isEmpty()) {
                assertEquals(1, a.counter(lan, counter), counter);
            }
            assertEquals(1, a.reclaimed());
            a.port.close();
            b.port.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldLearnAStationInEachVlanByItself(Abi abi) {
        final Station router = station(abi, 1);
        final Station ten = station(abi, 2);
        final Station twenty = station(abi, 3);
        final Station other = station(abi, 4);
        rules.set(1, trunk(0, 10, 20)).set(2, VlanRules.access(10)).set(3, VlanRules.access(20)).set(4, trunk(0, 10, 20));
        ten.send(frame(BROADCAST, Frames.mac(9), "nine in ten"));
        twenty.send(frame(BROADCAST, Frames.mac(9), "nine in twenty"));
        lane.run();
        List.of(router, ten, twenty, other).forEach(Station::received);

        router.send(tagged(Frames.mac(9), router.mac, "to ten", 10), tagged(Frames.mac(9), router.mac, "to twenty", 20));
        lane.run();

        assertEquals(List.of("to ten"), ten.heardTagged());
        assertEquals(List.of("to twenty"), twenty.heardTagged());
        assertEquals(List.of(), other.heardTagged());
        assertEquals(4, lan.addresses().size());
    }

    @Test
    void shouldNotBringATagToLightThatLiesBelowAnother() {
        final Station attacker = station(Abi.VENET, 1);
        final Station trunk = station(Abi.VENET, 2);
        final Station access = station(Abi.VENET, 3);
        final Station tagging = station(Abi.VENET, 4);
        rules.set(1, VlanRules.access(1)).set(2, trunk(1, 20)).set(3, VlanRules.access(1)).set(4, trunk(0, 1));

        attacker.send(tagged(BROADCAST, attacker.mac, "hop", 1, 20), tagged(BROADCAST, attacker.mac, "hop", 0xe000, 20));
        lane.run();

        assertEquals(List.of(), trunk.heardTagged());
        assertEquals(List.of(), access.heardTagged());
        assertEquals(List.of("0001 0014 hop", "e001 0014 hop"), tagging.heardTagged());
        assertEquals(2, trunk.counter(lan, "stackedTag"));
        assertEquals(2, access.counter(lan, "stackedTag"));
    }

    @ParameterizedTest
    @CsvSource({"88a8", "9100", "8100"})
    void shouldKnowEveryKindOfTagBelowAnother(String type) {
        final Station a = station(Abi.VENET, 1);
        final Station b = station(Abi.VENET, 2);
        rules.set(1, VlanRules.access(1)).set(2, trunk(1, 20));
        final byte[] frame = tagged(BROADCAST, a.mac, "hop", 1, 20);
        frame[16] = (byte) (Integer.parseInt(type, 16) >>> 8);
        frame[17] = (byte) Integer.parseInt(type, 16);

        a.send(frame);
        lane.run();

        assertEquals(List.of(), b.heardTagged());
        assertEquals(1, b.counter(lan, "stackedTag"));
    }

    /// The frame is changed between the look at it and the copy, as another of the guest's processors could.
    @ParameterizedTest
    @CsvSource({"access10, access10, 000a", "access10, native10+20, 000a", "access10, trunk10+20, 000a", "access10, access10, -",
        "native10+20, trunk10+20, -"})
    void shouldWriteTheHeaderThatWasChecked(String from, String to, String tag) {
        final Station a = station(Abi.VENET, 1);
        final Station b = station(Abi.VENET, 2);
        final boolean isTagged = !tag.equals("-");
        final byte[] frame = isTagged ? tagged(b.mac, a.mac, "text", Integer.parseInt(tag, 16)) : frame(b.mac, a.mac, "text");
        final FrameBurst burst = new FrameBurst();
        a.send(frame);
        assertEquals(1, burst.take(a.tx.ring(Direction.TO_DEVICE), new FlatCodec(1518), 32));
        final int inner = mode(from).ingress(burst.tag[0], 0);
        final int at = (int) (Station.TX_ADDRESS - 0x1_0000);
        for (int i = 0; i < (isTagged ? 18 : 14); i++) {
            a.memory.set(ValueLayout.JAVA_BYTE, at + i, (byte) (i % 2 == 0 ? 0x81 : 0)); // addresses, and tags all along
        }
        final Receiver receiver = ((Port) b.port).receivers()[0];
        receiver.begin(1);

        final Drop why = new Delivery().deliver(burst, 0, receiver, mode(to).egress(inner, burst.isStacked(0)));
        receiver.settle();

        assertNull(why);
        final byte[] want = to.startsWith("trunk") ? tagged(b.mac, a.mac, "text", 10) : frame(b.mac, a.mac, "text");
        assertArrayEquals(want, b.received().getFirst());
    }

    @Test
    void shouldShowVlansAndAddresses() {
        final Station a = station(Abi.VENET, 1);
        station(Abi.VENET, 2);
        rules.set(1, VlanRules.access(10)).set(2, VlanRules.trunk(VlanList.parse("20-29,10"), 1));
        a.send(frame(BROADCAST, a.mac, "hello"));
        lane.run();

        assertEquals(List.of("access 10", "trunk 1,10,20-29 native 1"), lan.ports().stream().map(PortView::vlan).toList());
        assertEquals(List.of(new StationView("02:00:00:00:00:01", 10, "guest1", "lab", 0, false)), lan.addresses());
    }

    @Test
    void shouldDropAFrameThatEndsWithinItsTag() {
        final Station a = station(Abi.VENET, 1);
        final Station b = station(Abi.VENET, 2);
        rules.set(1, VlanRules.access(10)).set(2, VlanRules.access(10));

        a.send(Arrays.copyOf(tagged(BROADCAST, a.mac, "", 10), 17), frame(BROADCAST, a.mac, "good"));
        lane.run();

        assertEquals(List.of("good"), b.heardTagged());
        assertEquals(1, a.counter(lan, "badTag"));
    }
}
