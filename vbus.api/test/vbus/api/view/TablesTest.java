// SPDX-License-Identifier: Apache-2.0
package vbus.api.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import vbus.api.view.Tables.Table;

class TablesTest {

    private static Table table(Object... row) {
        return new Table("ports", "who is connected", List.of("port", "frames", "up"), List.of(List.of(row)));
    }

    @Test
    void shouldKeepWhatItIsMadeOf() {
        final List<List<Object>> rows = new ArrayList<>(List.of(List.of("alice", 7L, true)));
        final Table t = new Table("ports", "who is connected", List.of("port", "frames", "up"), rows);

        rows.clear();

        assertEquals(List.of(List.of("alice", 7L, true)), t.rows());
    }

    @Test
    void shouldRefuseRowsThatDoNotFit() {
        var e = assertThrows(IllegalArgumentException.class, () -> table("alice", 7L));
        assertEquals("table ports: the row [alice, 7] has 2 values: want 3, for the columns [port, frames, up]", e.getMessage());
        e = assertThrows(IllegalArgumentException.class, () -> table("alice", 7, true));
        assertEquals("table ports: 7 is a Integer: want a String, Long or Boolean", e.getMessage());
    }
}
