// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What users write, and what they are told when it is wrong.
class PortConfigurationTest {

    /// A configuration with these values and the defaults of the others.
    private static PortComponent.Config config(Map<String, Object> values) {
        return (PortComponent.Config) Proxy.newProxyInstance(PortConfigurationTest.class.getClassLoader(),
            new Class<?>[] {PortComponent.Config.class},
            (proxy, method, args) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    private static PortSetting setting(Map<String, Object> values) {
        return PortConfiguration.setting("p", config(values));
    }

    private static Object value(String name, String text) {
        final Class<?> type;
        try {
            type = PortComponent.Config.class.getMethod(name).getReturnType();
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(name, e);
        }
        return type == String[].class ? text.split(";") : type == int.class ? Integer.valueOf(text)
            : type == long.class ? Long.valueOf(text) : text;
    }

    @Test
    void shouldBeAPortWithoutRulesWhenNothingElseIsSaid() {
        final PortSetting setting = setting(Map.of("device", "lan0", "guest", "vm1"));

        assertEquals(PortRules.DEFAULT.with(new StormLimits(-1, -1, -1)), setting.rules());
        assertNull(setting.bus());
    }

    @Test
    void shouldReadAllThatCanBeSaid() {
        final PortRules rules = setting(Map.ofEntries(entry("device", "lan0"), entry("guest", "vm1"), entry("vlan", 1),
            entry("trunk", new String[] {"10, 20-22", "30"}), entry("police", 80_000_000L), entry("rate", 1000L),
            entry("rateBurst", 100_000L), entry("mirror", "both"), entry("mirrorTo", "probe"), entry("stormUnknown", 100),
            entry("stations", new String[] {"02:00:00:00:00:01", "02-00-00-00-00-02/21"}))).rules();

        assertEquals("trunk 1,10,20-22,30 native 1", rules.vlan().text());
        assertEquals(new Rate(80_000_000, 1_000_000), rules.police());
        assertEquals(new Rate(1000, 100_000), rules.rate());
        assertEquals(List.of(new MirrorRule("probe", true, true)), rules.mirrors());
        assertEquals("02:00:00:00:00:01/1, 02:00:00:00:00:02/21", rules.byName().get("stations"));
        assertEquals(new StormLimits(-1, -1, 100), rules.storm());
    }

    @Test
    void shouldTakeAllVlansForATrunk() {
        assertEquals("trunk 1-4094",
            setting(Map.of("device", "lan0", "guest", "vm1", "trunk", new String[] {"all"})).rules().vlan().text());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "vlan     | 4095  | port p: VLAN 4095: want 1..4094",
        "vlan     | -1    | port p: VLAN -1: want 1..4094",
        "trunk    | 1,x   | port p: VLANs 'x': want a list as 10,20-29, or all",
        "trunk    | 9-5   | port p: VLANs '9-5': want the lower one first",
        "trunk    | 0     | port p: VLAN 0: want 1..4094",
        "priority | 8     | port p: priority 8: want 0..7",
        "mtu      | 67    | port p: mtu 67: want 0 (the switch's) or 68..9000",
        "police   | -1    | port p: a rate of -1 bits/s: want 1..1000000000000",
        "mirror   | up    | port p: mirror 'up': want none, in, out or both",
        "mirror   | in    | port p: mirror 'in': want mirrorTo, the name of the port that gets the copies",
        "mirrorTo | x     | port p: mirrorTo 'x' with mirror 'none': want mirror in, out or both",
        "stations | 02:00 | port p: MAC address '02:00': want six bytes as 02:00:00:00:00:01",
        "stations | 03:00:00:00:00:01 | port p: station 03:00:00:00:00:01: want an address of one station, not of a group",
        "stations | 02:00:00:00:00:01/7 | port p: station 02:00:00:00:00:01/7: want one of the port's VLANs behind it, transparent",
        "stations | 02:00:00:00:00:01/x | port p: station 02:00:00:00:00:01/x: want a VLAN 1..4094 behind /",
        "stormBroadcast | -2 | port p: storm limits of -2, -1, -1 frames/s: want 0 (none) or more, or -1 for the switch's",
        "device   | ''    | port p: want device, the name of a switch",
        "guest    | ''    | port p: want either guest or uplink, a name",
        "uplink   | eth0  | port p: want either guest or uplink, a name"})
    void shouldSayWhatWouldBeRight(String name, String text, String message) {
        final Map<String, Object> values = new HashMap<>(Map.of("device", "lan0", "guest", "vm1"));
        values.put(name, value(name, text.equals("''") ? "" : text));

        assertEquals(message, assertThrows(IllegalArgumentException.class, () -> setting(values)).getMessage());
    }

    @Test
    void shouldRefuseABurstThatTheLongestPacketDoesNotFit() {
        final String message = assertThrows(IllegalArgumentException.class,
            () -> setting(Map.of("device", "lan0", "guest", "vm1", "rate", 1L, "rateBurst", 1500L))).getMessage();

        assertTrue(message.startsWith("port p: a burst of 1500 bytes: want 65557.."), message);
    }

    @Test
    void shouldRefuseAStationAtTwoPorts() {
        final PortRules rules = new Rules.Change().station(0, 1).rules();
        final LearningSwitch lan = new LearningSwitch(64, 300, () -> 0);

        final String message = assertThrows(IllegalArgumentException.class, () -> lan.configure(List.of(
            new PortSetting("p", "lan0", "vm1", null, null, rules), new PortSetting("q", "lan0", "vm2", null, null, rules)))).getMessage();

        assertEquals("station 00:00:00:00:00:01 of port q: want it at one port, p has it as well", message);
    }

    @Test
    void shouldRefuseMoreStationsThanTheTableHas() {
        final PortRules rules = new Rules.Change().station(0, 1).station(0, 2).rules();
        final LearningSwitch lan = new LearningSwitch(1, 300, () -> 0);

        final String message = assertThrows(IllegalArgumentException.class,
            () -> lan.configure(List.of(new PortSetting("p", "lan0", "vm1", null, null, rules)))).getMessage();

        assertEquals("2 stations for a switch of maxAddresses 1: want no more than that", message);
    }

    @Test
    void shouldPreferASettingThatNamesTheBus() {
        final FakeLane lane = new FakeLane();
        final LearningSwitch lan = new LearningSwitch(64, 300, () -> 0);
        new Station(Abi.VENET, 1, lane).open(lan);

        lan.configure(List.of(new PortSetting("a", "lan0", "guest1", null, null, PortRules.of(VlanRules.access(1))),
            new PortSetting("b", "lan0", "guest1", null, "lab", PortRules.of(VlanRules.access(2))),
            new PortSetting("c", "lan0", "guest1", null, "other", PortRules.of(VlanRules.access(3)))));

        assertEquals("access 2", lan.ports().getFirst().vlan());
    }

    @ParameterizedTest
    @CsvSource({"transparent, transparent, true", "closed, transparent, false", "7, access 7, true"})
    void shouldSayWhatPortsWithoutASettingAre(String text, String vlan, boolean up) {
        final PortRules rules = SwitchSettings.unconfigured(text);

        assertEquals(vlan, rules.vlan().text());
        assertEquals(up, rules.up());
    }

    @ParameterizedTest
    @CsvSource({"none", "0", "4095"})
    void shouldRefuseAnotherKindOfPortWithoutASetting(String text) {
        assertThrows(IllegalArgumentException.class, () -> SwitchSettings.unconfigured(text));
    }
}
