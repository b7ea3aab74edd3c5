// SPDX-License-Identifier: Apache-2.0
package vbus.bench.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vbus.bench.ring.QueueKind;

/// The short form of the soak: none lost. How many were sent is a matter of the machine's load, and of the measurement.
class SignalSoakTest {

    private static final long ELEMENTS = 1_000_000;

    @ParameterizedTest
    @CsvSource({"SPLIT, PARK", "SPLIT, EVENTFD", "PACKED, PARK", "PACKED, EVENTFD", "IOQ, PARK", "IOQ, EVENTFD"})
    void shouldLoseNoSignal(QueueKind ring, Bed.Kind bed) throws Exception {
        final long seed = Long.getLong("vbus.seed", System.nanoTime());
        System.out.println("SignalSoakTest " + ring + " " + bed + ": -Dvbus.seed=" + seed);

        final SignalSoak.Outcome outcome = new SignalSoak(ring, bed, ELEMENTS, seed).run();

        assertEquals(ELEMENTS, outcome.elements());
        assertTrue(outcome.toDevice() + outcome.toDriver() > 0, "nobody ever slept: want stalls");
    }
}
