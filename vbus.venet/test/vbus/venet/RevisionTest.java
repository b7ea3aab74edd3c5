// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RevisionTest {

    @Test
    void shouldReadTheResourceOfTheBundle() {
        assertEquals(1, Revision.read());
    }

    @Test
    void shouldReadAnotherNumber() {
        assertEquals(27, Revision.parse(" 27 "));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "one", "-1", "1.5", "12345678901"})
    void shouldRefuseWhatIsNoNumber(String revision) {
        assertThrows(IllegalStateException.class, () -> Revision.parse(revision));
    }
}
