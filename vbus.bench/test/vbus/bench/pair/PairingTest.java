// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Ours and peer in turn, and only like with like.
class PairingTest {

    private final Pairing pairing = new Pairing(2);

    @Test
    void shouldAlternateWhoBegins() {
        final List<Boolean> turns = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            turns.add(pairing.isOurTurn());
            pairing.add(Trials.near("leg", i + 1));
        }

        assertEquals(List.of(true, false, false, true, true, false), turns);
        assertEquals(List.of(1.0 / 2, 4.0 / 3, 5.0 / 6), pairing.pairs().stream().map(Pair::ratio).toList());
    }

    @Test
    void shouldRunADroppedLegAgain() {
        pairing.add(Trials.near("ours", 4));
        pairing.add(Trials.loaded("peer", 9));
        assertFalse(pairing.isOurTurn());
        pairing.add(Trials.moved("peer", 9));
        assertFalse(pairing.isOurTurn());
        pairing.add(Trials.near("peer", 2));

        assertEquals(List.of(2.0), pairing.pairs().stream().map(Pair::ratio).toList());
    }

    @Test
    void shouldNotPairLegsOfTwoClasses() {
        pairing.add(Trials.near("ours", 16));
        pairing.add(Trials.far("peer", 5));
        assertTrue(pairing.isOurTurn(), "the peer waits for ours");
        pairing.add(Trials.far("ours", 4));

        assertEquals(List.of(0.8), pairing.pairs().stream().map(Pair::ratio).toList());
        assertEquals(Placement.FAR, pairing.pairs().getFirst().placement());
        assertEquals(List.of(16.0), pairing.lonely().stream().map(Trial::figure).toList());
    }

    @Test
    void shouldBeCompleteWithPairsOfOneClass() {
        pairing.add(Trials.near("ours", 1));
        pairing.add(Trials.near("peer", 1));
        pairing.add(Trials.far("peer", 1));
        pairing.add(Trials.far("ours", 1));
        assertFalse(pairing.isComplete(), "two pairs of two classes");
        pairing.add(Trials.far("ours", 3));
        pairing.add(Trials.far("peer", 1));

        assertTrue(pairing.isComplete());
        assertEquals(List.of(1.0, 3.0), pairing.pairs().stream().map(Pair::ratio).toList());
    }
}
