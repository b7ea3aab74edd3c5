// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4Test {

    @Test
    void shouldReadWhatItWrites() {
        assertEquals("10.77.0.101/24", Ipv4.parse("10.77.0.101/24").toString());
        assertEquals("255.255.255.254/1", Ipv4.parse("255.255.255.254/1").toString());
    }

    @Test
    void shouldKnowItsNeighbours() {
        Ipv4 own = Ipv4.parse("10.77.0.101/24");

        assertTrue(own.isNeighbour(Ipv4.address("10.77.0.255")));
        assertFalse(own.isNeighbour(Ipv4.address("10.77.1.101")));
        assertTrue(Ipv4.parse("10.77.0.101/30").isNeighbour(Ipv4.address("10.77.0.102")));
        assertFalse(Ipv4.parse("10.77.0.101/30").isNeighbour(Ipv4.address("10.77.0.104")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10.77.0.101", "10.77.0/24", "10.77.0.256/24", "10.77.0.101/0", "10.77.0.101/31", "10.77.0.101/",
        "10.77.0.101/24/24", "a.b.c.d/24", "10.77.0.101/-1", "1000.1.1.1/8"})
    void shouldRefuseWhatIsNoAddressWithAPrefix(String text) {
        assertThrows(IllegalArgumentException.class, () -> Ipv4.parse(text));
    }
}
