// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ArpTableTest {

    private final ArpTable table = new ArpTable();

    @Test
    void shouldLearnFromWhoSpeaksToUsAndUpdateFromAnybody() {
        table.heard(1, 0xa, false);
        assertEquals(-1, table.find(1));

        table.heard(1, 0xa, true);
        assertEquals(0xa, table.find(1));

        table.heard(1, 0xb, false);
        assertEquals(0xb, table.find(1));
    }

    @Test
    void shouldStayWithinItsLimitAndKeepWhoIsUsed() {
        table.heard(0, 0xa, true);
        for (int i = 1; i < 10 * ArpTable.LIMIT; i++) {
            table.heard(i, 0xb, true);
            table.find(0);
        }

        assertEquals(ArpTable.LIMIT, table.size());
        assertEquals(0xa, table.find(0));
        assertEquals(-1, table.find(1));
    }
}
