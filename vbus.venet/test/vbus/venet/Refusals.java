// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.function.Executable;
import vbus.api.Status;
import vbus.api.VbusException;

/// Says that a request is refused, and why.
final class Refusals {

    private Refusals() { }

    static void assertRefused(Status status, Executable request) {
        assertEquals(status, assertThrows(VbusException.class, request).status());
    }
}
