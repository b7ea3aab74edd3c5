// SPDX-License-Identifier: Apache-2.0
package vbus.example.echo;

import java.lang.foreign.MemorySegment;
import vbus.api.Connection;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.example.echo.protocol.EchoAbi;

/// One guest's echo: no thread, no state that an update could lose.
final class EchoConnection implements Connection {

    @Override
    public int call(int function, MemorySegment data) {
        if (function != EchoAbi.ECHO) {
            throw new VbusException(Status.INVALID, "function %d: want %d".formatted(function, EchoAbi.ECHO));
        }
        return (int) data.byteSize();
    }
}
