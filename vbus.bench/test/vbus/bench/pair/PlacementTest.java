// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// One leg, one class.
class PlacementTest {

    @Test
    void shouldKnowTheClassesThatWereSeen() {
        assertEquals(Placement.SIBLINGS, Placement.of(50));
        assertEquals(Placement.NEAR, Placement.of(80));
        assertEquals(Placement.NEAR, Placement.of(130));
        assertEquals(Placement.BETWEEN, Placement.of(230));
        assertEquals(Placement.FAR, Placement.of(350));
        assertEquals(Placement.FAR, Placement.of(505));
    }

    @Test
    void shouldGiveOneClassToProbesThatAreAlike() {
        assertEquals(Optional.of(Placement.NEAR), Placement.ofAll(List.of(105.0, 112.0, 104.0)));
        assertEquals(Optional.of(Placement.FAR), Placement.ofAll(List.of(505.0)));
    }

    @Test
    void shouldGiveNoClassWhenTheProcessorsWereMoved() {
        assertEquals(Optional.empty(), Placement.ofAll(List.of(105.0, 505.0, 105.0)));
        assertEquals(Optional.empty(), Placement.ofAll(List.of(170.0, 340.0))); // one class by name, and no more
        assertEquals(Optional.empty(), Placement.ofAll(List.of(155.0, 165.0))); // alike, and across a border
    }

    @Test
    void shouldGiveNoClassWithoutProbes() {
        assertEquals(Optional.empty(), Placement.ofAll(Collections.emptyList()));
        assertEquals(Optional.empty(), Placement.ofAll(List.of(105.0, Double.NaN)));
    }

    @Test
    void shouldRefuseWhatIsNoRoundTrip() {
        assertThrows(IllegalArgumentException.class, () -> Placement.of(0));
        assertThrows(IllegalArgumentException.class, () -> Placement.of(Double.NaN));
    }
}
