// SPDX-License-Identifier: Apache-2.0
package $basePackageName$;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import vbus.api.Status;
import vbus.api.VbusException;
import $basePackageName$.protocol.Abi;

class DeviceConnectionTest {

    private final DeviceConnection connection = new DeviceConnection();

    @Test
    void shouldAnswerWithTheNumberOfBytes() {
        assertEquals(5, connection.call(Abi.ECHO, Abi.data("hello")));
    }

    @Test
    void shouldRefuseAFunctionThatItDoesNotKnow() {
        var refused = assertThrows(VbusException.class, () -> connection.call(Abi.ECHO + 1, Abi.data("hello")));

        assertEquals(Status.INVALID, refused.status());
    }
}
