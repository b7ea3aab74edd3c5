// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// How /proc is read.
class OtherLoadTest {

    @Test
    void shouldCountBusyTimeAndWhatTheHostTook() {
        assertEquals(10 + 20 + 30 + 60 + 70 + 80, OtherLoad.busy("cpu  10 20 30 4000 5000 60 70 80 10 20\ncpu0 1 1 1 1 1 1 1 1 1 1\n"));
    }

    @Test
    void shouldCountAProcessAndItsEndedChildren() {
        final String stat = "4711 (a name) with) x) S 1 2 3 4 5 6 7 8 9 10 100 20 3 4 20 0 17 0 99 0\n";

        assertEquals(100 + 20 + 3 + 4, OtherLoad.own(stat));
    }
}
