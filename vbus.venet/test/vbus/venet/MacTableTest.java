// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
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
            for (int step = 0; step < 5_000; step++) {
                long mac = random.nextInt(100);
                Integer port = random.nextInt(5);
                if (random.nextInt(500) == 0) {
                    table.forget(port);
                    map.values().removeIf(port::equals);
                } else if (table.learn(mac, port, step)) {
                    map.put(mac, port);
                } else {
                    assertEquals(64, map.size(), "seed " + seed);
                }
                assertEquals(map.size(), table.size(), "seed " + seed);
                assertEquals(map.get(mac), table.find(mac, step), "seed " + seed);
            }
        }
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
