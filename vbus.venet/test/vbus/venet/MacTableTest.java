// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacTableTest {

    private static final long AGEING = 300;

    @Test
    void shouldNotKnowAnybodyAtFirst() {
        var table = new MacTable<String>(4, AGEING);

        assertNull(table.find(0, 0));
        assertNull(table.find(0xffff_ffff_ffffL, 0));
    }

    @Test
    void shouldKnowTheZeroAddressWhenItWasLearned() {
        var table = new MacTable<String>(4, AGEING);

        table.learn(0, "a", 0);

        assertEquals("a", table.find(0, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 4096})
    void shouldLearnUpToItsLimitAndNoFurther(int limit) {
        var table = new MacTable<String>(limit, AGEING);
        for (int i = 0; i < limit; i++) {
            assertTrue(table.learn(i, "a", 0));
        }

        assertFalse(table.learn(limit, "a", 0));
        assertTrue(table.learn(0, "b", 0), "a station that is known may move");

        assertEquals(limit, table.size());
        assertNull(table.find(limit, 0));
    }

    @Test
    void shouldMakeRoomWhenStationsAged() {
        var table = new MacTable<String>(4, AGEING);
        for (int i = 0; i < 4; i++) {
            table.learn(i, "a", i);
        }

        assertFalse(table.learn(9, "b", AGEING));
        assertTrue(table.learn(9, "b", AGEING + 1), "the first is too old now");

        assertNull(table.find(0, AGEING + 1));
        assertEquals("a", table.find(1, AGEING + 1));
        assertEquals("b", table.find(9, AGEING + 1));
    }

    @Test
    void shouldForgetOnlyTheStationsOfOnePort() {
        var table = new MacTable<String>(1000, AGEING);
        for (int i = 0; i < 1000; i++) {
            table.learn(i, i % 3 == 0 ? "a" : "b", 0);
        }

        table.forget("a");

        assertEquals(666, table.size());
        for (int i = 0; i < 1000; i++) {
            assertEquals(i % 3 == 0 ? null : "b", table.find(i, 0));
        }
    }

    @Test
    void shouldListAtMostAsManyStationsAsAsked() {
        var table = new MacTable<String>(8, AGEING);
        table.learn(1, "a", 0);
        table.learn(2, "b", 0);
        table.learn(3, "a", 0);

        assertEquals(2, table.stations("a", new long[8]));
        assertEquals(1, table.stations("a", new long[1]));
    }

    /// A seed of failure is printed by the assertion; it replays the same history.
    @Test
    void shouldAgreeWithAMapOverARandomHistory() {
        for (long seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            var table = new MacTable<Integer>(64, 10_000);
            Map<Long, Integer> map = new HashMap<>();
            Set<Long> fixed = new HashSet<>();
            for (int step = 0; step < 5_000; step++) {
                final int now = step;
                long mac = random.nextInt(100);
                Integer port = random.nextInt(5);
                if (random.nextInt(500) == 0) {
                    table.forget(port);
                    map.values().removeIf(port::equals);
                    fixed.removeIf(m -> !map.containsKey(m));
                } else if (random.nextInt(400) == 0 && table.fix(mac, port)) {
                    map.put(mac, port);
                    fixed.add(mac);
                    map.keySet().removeIf(m -> table.find(m, now) == null); // who made room
                } else if (table.learn(mac, port, step)) {
                    if (!fixed.contains(mac)) {
                        map.put(mac, port);
                    }
                } else {
                    assertEquals(64, map.size(), "seed " + seed);
                }
                assertEquals(map.size(), table.size(), "seed " + seed);
                assertEquals(map.get(mac), table.find(mac, step), "seed " + seed);
            }
        }
    }

    @Test
    void shouldKnowTheSameAddressInEachVlanByItself() {
        var table = new MacTable<String>(8, AGEING);

        table.learn(MacTable.station(0, 7), "a", 0);
        table.learn(MacTable.station(1, 7), "b", 0);
        table.learn(MacTable.station(4094, Mac.BROADCAST - 1), "c", 0);

        assertEquals("a", table.find(MacTable.station(0, 7), 0));
        assertEquals("b", table.find(MacTable.station(1, 7), 0));
        assertNull(table.find(MacTable.station(2, 7), 0));
        assertEquals("c", table.find(MacTable.station(4094, Mac.BROADCAST - 1), 0));
        assertEquals("ff:ff:ff:ff:ff:fe/4094", MacTable.text(MacTable.station(4094, Mac.BROADCAST - 1)));
    }

    @Test
    void shouldKeepAConfiguredStationWhateverIsHeardAndHowLong() {
        var table = new MacTable<String>(2, AGEING);

        assertTrue(table.fix(1, "a"));
        assertTrue(table.learn(1, "b", 0));
        assertEquals("a", table.find(1, 1_000_000));
        assertTrue(table.fix(2, "a"));
        assertTrue(table.fix(2, "a"), "once more");
        assertFalse(table.fix(3, "a"), "all are configured");
        assertFalse(table.learn(3, "a", 1_000_000));
        table.forget("a");
        assertEquals(0, table.size());
        assertTrue(table.fix(3, "a"));
        assertTrue(table.fix(4, "a"));
    }

    /// A guest that invents addresses: the table keeps its size, the configured stations stay, and its runs stay short.
    @Test
    void shouldStandAFloodOfRandomAddresses() {
        final int limit = 100_000;
        final int flood = 2_000_000;
        var table = new MacTable<String>(limit, AGEING);
        for (int i = 0; i < 1000; i++) {
            assertTrue(table.fix(MacTable.station(i % 100 + 1, i), "configured"));
        }
        final Random random = new Random(1);
        for (int i = 0; i < flood; i++) {
            table.learn(MacTable.station(random.nextInt(4095), random.nextLong() & 0xfeff_ffff_ffffL), "guest", i / 1000);
            assertTrue(table.size() <= limit);
        }

        for (int i = 0; i < 1000; i++) {
            assertEquals("configured", table.find(MacTable.station(i % 100 + 1, i), flood));
        }
        assertEquals(limit, table.size());
        assertTrue(table.longestRun() < 100, "a look passes up to " + table.longestRun() + " slots");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, (1 << 20) + 1, Integer.MAX_VALUE})
    void shouldRefuseALimitThatIsNone(int limit) {
        String message = assertThrows(IllegalArgumentException.class, () -> new LearningSwitch(limit, 300, () -> 0)).getMessage();

        assertEquals("maxAddresses %d: want 1..1048576".formatted(limit), message);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -5})
    void shouldRefuseAnAgeingTimeThatIsNone(int seconds) {
        assertThrows(IllegalArgumentException.class, () -> new LearningSwitch(4096, seconds, () -> 0));
    }
}
